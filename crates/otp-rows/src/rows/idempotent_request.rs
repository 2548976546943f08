//! Requests with an idempotency key, and their answers.

use diesel::prelude::*;
use otp_core::idempotency::{Fingerprint, RequestKey, RequestKeyHash, StoredRequest};
use otp_core::ids::ApiKeyId;
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::idempotent_requests;

/// A request as it begins.
#[derive(Insertable)]
#[diesel(table_name = idempotent_requests)]
pub struct BegunRequestRow {
    api_key_id: Col<ApiKeyId>,
    key_hash: Col<RequestKeyHash>,
    fingerprint: Col<Fingerprint>,
    begun_at: Col<Timestamp>,
}

impl BegunRequestRow {
    /// A request that begins at `now`.
    pub fn new(key: RequestKey, fingerprint: Fingerprint, now: Timestamp) -> Self {
        Self {
            api_key_id: Col(key.api_key_id),
            key_hash: Col(key.hash),
            fingerprint: Col(fingerprint),
            begun_at: Col(now),
        }
    }
}

/// A request without its key.
#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotent_requests)]
pub struct StoredRequestRow {
    fingerprint: Col<Fingerprint>,
    begun_at: Col<Timestamp>,
    answer: Col<Option<Sealed>>,
}

impl From<StoredRequestRow> for StoredRequest {
    fn from(row: StoredRequestRow) -> Self {
        Self {
            fingerprint: row.fingerprint.0,
            begun_at: row.begun_at.0,
            answer: row.answer.0,
        }
    }
}
