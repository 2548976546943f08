//! Check a message's status: reports the status of one message of the caller.

use std::sync::Arc;

use crate::ids::MessageId;
use crate::message::{Failure, MessageStatus};
use crate::ports::{Messages, PortError};
use crate::recipient::Recipient;
use crate::time::Timestamp;
use crate::usecases::account_sealers::{AccountSealers, UnreadableRecipient, open_recipient};
use crate::usecases::authenticate::Caller;

/// Reports the status of messages.
#[derive(Clone)]
pub struct CheckMessageStatus {
    /// Finds the messages.
    pub messages: Arc<dyn Messages>,
    /// Opens the recipients.
    pub sealers: AccountSealers,
}

/// A message of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckMessageStatusRequest {
    /// The caller.
    pub caller: Caller,
    /// The message.
    pub id: MessageId,
}

/// The status of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageReport {
    /// Its id.
    pub id: MessageId,
    /// Its status.
    pub status: MessageStatus,
    /// The recipient; `None` once the message is erased or its account's key is deleted.
    pub to: Option<Recipient>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The reason for the failure; `None` unless the status is `Failed`.
    pub failure: Option<Failure>,
    /// When the failure was recorded; `None` unless the status is `Failed`.
    pub failed_at: Option<Timestamp>,
}

/// The reason there is no report.
#[derive(Debug, thiserror::Error)]
pub enum CheckMessageStatusError {
    /// The caller's account has no message with that id.
    #[error("no message with that id exists for the caller")]
    NotFound,
    /// The stored recipient does not open.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CheckMessageStatus {
    /// Reports one message.
    pub async fn execute(
        &self,
        request: CheckMessageStatusRequest,
    ) -> Result<MessageReport, CheckMessageStatusError> {
        let account = request.caller.account_id;
        let found = self.messages.find(account, request.id).await?;
        let message = found.ok_or(CheckMessageStatusError::NotFound)?;
        let sealer = self.sealers.find(account).await?;
        let failed = message.status == MessageStatus::Failed;
        Ok(MessageReport {
            id: message.id,
            status: message.status,
            to: open_recipient(sealer.as_deref(), message.id, message.recipient.as_ref())?,
            created_at: message.created_at,
            failure: message.failure.filter(|_| failed),
            failed_at: message.failed_at.filter(|_| failed),
        })
    }
}
