//! Kept receipts as rows.

use diesel::prelude::*;
use otp_core::ids::MessageId;
use otp_core::message::Failure;
use otp_core::receipt::{DeliveryReceipt, MessageReference, Report};
use otp_core::sealing::ProviderMessageIndex;
use time::OffsetDateTime;
use uuid::Uuid;

use super::read_identities;
use crate::errors::Unreadable;
use crate::schema::unmatched_receipts;

#[derive(Queryable, Selectable)]
#[diesel(table_name = unmatched_receipts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct UnmatchedReceiptRow {
    message_id: Option<Uuid>,
    provider_index: Vec<u8>,
    report: i16,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
    provider_time: OffsetDateTime,
    received_at: OffsetDateTime,
    user_identity: Option<Vec<u8>>,
    number_identity: Option<Vec<u8>>,
}

impl TryFrom<UnmatchedReceiptRow> for DeliveryReceipt {
    type Error = Unreadable;

    fn try_from(row: UnmatchedReceiptRow) -> Result<Self, Unreadable> {
        let words = row.failure_title.zip(row.failure_reason);
        let failure = words.map(|(title, reason)| Failure {
            code: row.failure_code,
            title,
            reason,
        });
        let index = <[u8; 32]>::try_from(row.provider_index)
            .map_err(|_| Unreadable("unmatched_receipts.provider_index"))?;
        Ok(Self {
            reference: MessageReference {
                message_id: row.message_id.map(MessageId),
                provider_index: ProviderMessageIndex(index),
            },
            report: Report::from_code(row.report, failure)
                .ok_or(Unreadable("unmatched_receipts.report"))?,
            recipient: read_identities(
                row.user_identity.as_deref(),
                row.number_identity.as_deref(),
                "unmatched_receipts",
            )?,
            provider_time: row.provider_time.into(),
            received_at: row.received_at.into(),
        })
    }
}
