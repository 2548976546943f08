//! Check a message's status: where one message of the caller stands.

use std::sync::Arc;

use crate::ids::MessageId;
use crate::message::{Failure, MessageStatus};
use crate::ports::{Messages, PortError};
use crate::recipient::PhoneNumber;
use crate::sealing::Sealer;
use crate::time::Timestamp;
use crate::usecases::authenticate::Caller;
use crate::usecases::show_message::{UnreadableRecipient, open_recipient};

/// What there is to say of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageReport {
    /// Its id.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageStatus,
    /// To whom it was sent.
    pub to: PhoneNumber,
    /// When it was created.
    pub created_at: Timestamp,
    /// Why it failed; none unless it stands at `Failed`.
    pub failure: Option<Failure>,
    /// When the failure was recorded; none unless it stands at `Failed`.
    pub failed_at: Option<Timestamp>,
}

/// Why there is nothing to say.
#[derive(Debug, thiserror::Error)]
pub enum CheckMessageStatusError {
    /// The caller's account has no message with that id.
    #[error("no message with that id exists for the caller")]
    NotFound,
    /// What is stored of the recipient cannot be read with the configured master key.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Reports on messages.
#[derive(Clone)]
pub struct CheckMessageStatus {
    messages: Arc<dyn Messages>,
    sealer: Sealer,
}

impl CheckMessageStatus {
    /// A use case over these ports.
    pub fn new(messages: Arc<dyn Messages>, sealer: Sealer) -> Self {
        Self { messages, sealer }
    }

    /// Reports on the caller's message `id`.
    pub async fn execute(
        &self,
        caller: Caller,
        id: MessageId,
    ) -> Result<MessageReport, CheckMessageStatusError> {
        let found = self.messages.find(caller.account_id, id).await?;
        let message = found.ok_or(CheckMessageStatusError::NotFound)?;
        let failed = message.status == MessageStatus::Failed;
        Ok(MessageReport {
            id: message.id,
            status: message.status,
            to: open_recipient(&message.recipient, &self.sealer)?,
            created_at: message.created_at,
            failure: message.failure.filter(|_| failed),
            failed_at: message.failed_at.filter(|_| failed),
        })
    }
}
