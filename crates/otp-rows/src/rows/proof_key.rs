//! Keys that sign proofs.

use diesel::prelude::*;
use otp_core::ids::ProofKeyId;
use otp_core::proof::{ProofKey, ProofPublicKey};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::proof_keys;

/// A key that signs proofs.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = proof_keys)]
pub struct ProofKeyRow {
    id: Col<ProofKeyId>,
    number: Col<u32>,
    public_key: Col<ProofPublicKey>,
    secret: Col<Sealed>,
    created_at: Col<Timestamp>,
    active_from: Col<Timestamp>,
    retired_at: Col<Option<Timestamp>>,
    revoked_at: Col<Option<Timestamp>>,
}

impl From<&ProofKey> for ProofKeyRow {
    fn from(key: &ProofKey) -> Self {
        Self {
            id: Col(key.id),
            number: Col(key.number),
            public_key: Col(key.public_key),
            secret: Col(key.secret.clone()),
            created_at: Col(key.created_at),
            active_from: Col(key.active_from),
            retired_at: Col(key.retired_at),
            revoked_at: Col(key.revoked_at),
        }
    }
}

impl From<ProofKeyRow> for ProofKey {
    fn from(row: ProofKeyRow) -> Self {
        Self {
            id: row.id.0,
            number: row.number.0,
            public_key: row.public_key.0,
            secret: row.secret.0,
            created_at: row.created_at.0,
            active_from: row.active_from.0,
            retired_at: row.retired_at.0,
            revoked_at: row.revoked_at.0,
        }
    }
}
