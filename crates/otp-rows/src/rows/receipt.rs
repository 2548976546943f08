//! Receipts that wait for their message, and the messages that receipts are about.

use diesel::prelude::*;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{ExpiryPosition, PendingMessage};
use otp_core::receipt::{LocatedMessage, MessageReference, Report, UnmatchedReceipt};
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::time::Timestamp;

use super::message::failure;
use crate::column::by_name;
use crate::schema::unmatched_receipts;
use crate::{Col, Unreadable};

/// A receipt that waits for its message.
#[derive(Queryable, Selectable)]
#[diesel(table_name = unmatched_receipts)]
pub struct UnmatchedReceiptRow {
    message_id: Col<Option<MessageId>>,
    provider_index: Col<ProviderMessageIndex>,
    report: Col<i16>,
    failure_code: Col<Option<i32>>,
    failure_title: Col<Option<String>>,
    failure_reason: Col<Option<String>>,
    provider_time: Col<Timestamp>,
    received_at: Col<Timestamp>,
    recipient: Col<Option<Sealed>>,
}

impl TryFrom<UnmatchedReceiptRow> for UnmatchedReceipt {
    type Error = Unreadable;

    fn try_from(row: UnmatchedReceiptRow) -> Result<Self, Unreadable> {
        let failure = failure(row.failure_code, row.failure_title, row.failure_reason);
        Ok(Self {
            reference: MessageReference {
                message_id: row.message_id.0,
                provider_index: row.provider_index.0,
            },
            report: Report::from_code(row.report.0, failure)
                .ok_or(Unreadable::new("unmatched_receipts.report", "Report"))?,
            recipient: row.recipient.0,
            provider_time: row.provider_time.0,
            received_at: row.received_at.0,
        })
    }
}

by_name! {
    /// The message of a reference.
    pub struct LocatedRow {
        position: Col<i32>,
        id: Col<MessageId>,
        account_id: Col<AccountId>,
    }
}

impl LocatedRow {
    /// Puts the message into the place of its reference.
    pub fn place_in(self, places: &mut [Option<LocatedMessage>]) {
        let place = usize::try_from(self.position.0).ok();
        if let Some(place) = place.and_then(|place| places.get_mut(place)) {
            *place = Some(LocatedMessage {
                message_id: self.id.0,
                account_id: self.account_id.0,
            });
        }
    }
}

by_name! {
    /// A message that is still pending.
    pub struct PendingMessageRow {
        expires_at: Col<Timestamp>,
        message_id: Col<MessageId>,
        account_id: Col<AccountId>,
        created_at: Col<Timestamp>,
    }
}

impl From<PendingMessageRow> for PendingMessage {
    fn from(row: PendingMessageRow) -> Self {
        Self {
            position: ExpiryPosition {
                expires_at: row.expires_at.0,
                message_id: row.message_id.0,
            },
            account_id: row.account_id.0,
            created_at: row.created_at.0,
        }
    }
}
