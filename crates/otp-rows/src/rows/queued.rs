//! Messages in the outgoing queue.

use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::message::ClaimedMessage;

use crate::Col;
use crate::column::by_name;

by_name! {
    /// A message whose hand-over has begun.
    pub struct ClaimedMessageRow {
        message_id: Col<MessageId>,
        account_id: Col<AccountId>,
        verification_id: Col<VerificationId>,
        failed_attempts: Col<u32>,
    }
}

impl From<ClaimedMessageRow> for ClaimedMessage {
    fn from(row: ClaimedMessageRow) -> Self {
        Self {
            message_id: row.message_id.0,
            account_id: row.account_id.0,
            verification_id: row.verification_id.0,
            failed_attempts: row.failed_attempts.0,
        }
    }
}
