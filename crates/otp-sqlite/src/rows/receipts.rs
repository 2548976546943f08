//! Kept receipts as rows.

use diesel::prelude::*;
use otp_core::ids::MessageId;
use otp_core::message::Failure;
use otp_core::receipt::{DeliveryReceipt, MessageReference, Report};
use otp_core::sealing::ProviderMessageIndex;
use otp_core::time::Timestamp;

use super::{Id, read_hash, read_identities};
use crate::errors::StoreError;
use crate::schema;

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::unmatched_receipts)]
pub(crate) struct UnmatchedReceiptRow {
    message_id: Option<Id>,
    provider_index: Vec<u8>,
    report: i16,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
    provider_time: i64,
    received_at: i64,
    user_identity: Option<Vec<u8>>,
    number_identity: Option<Vec<u8>>,
}

impl TryFrom<UnmatchedReceiptRow> for DeliveryReceipt {
    type Error = StoreError;
    fn try_from(row: UnmatchedReceiptRow) -> Result<Self, StoreError> {
        let words = row.failure_title.zip(row.failure_reason);
        let failure = words.map(|(title, reason)| Failure {
            code: row.failure_code,
            title,
            reason,
        });
        let index = read_hash(&row.provider_index, "unmatched_receipts.provider_index")?;
        Ok(Self {
            reference: MessageReference {
                message_id: row.message_id.map(|id| MessageId(id.0)),
                provider_index: ProviderMessageIndex(index),
            },
            report: Report::from_code(row.report, failure)
                .ok_or(StoreError::Unreadable("unmatched_receipts.report"))?,
            recipient: read_identities(
                row.user_identity.as_deref(),
                row.number_identity.as_deref(),
                "unmatched_receipts",
            )?,
            provider_time: Timestamp::from_unix_millis(row.provider_time),
            received_at: Timestamp::from_unix_millis(row.received_at),
        })
    }
}
