//! Show a message: returns one message of an account, with its timeline.

use std::sync::Arc;

use crate::ids::{AccountId, MessageId};
use crate::message::{MessageEvent, MessageRecord};
use crate::ports::{Messages, PortError};
use crate::recipient::Recipient;
use crate::sealing::AccountSealer;
use crate::usecases::account_sealers::{AccountSealers, UnreadableRecipient, open_recipient};

/// Shows messages.
#[derive(Clone)]
pub struct ShowMessage {
    /// Finds the messages.
    pub messages: Arc<dyn Messages>,
    /// Opens the recipients.
    pub sealers: AccountSealers,
}

/// A message of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShowMessageRequest {
    /// The account.
    pub account_id: AccountId,
    /// The message.
    pub id: MessageId,
}

/// A message with its recipient in the clear, for its account alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedMessage {
    /// The message.
    pub record: MessageRecord,
    /// The recipient; `None` once the message is erased or its account's key is deleted.
    pub to: Option<Recipient>,
}

/// A message and its timeline, oldest event first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMessage {
    /// The message.
    pub message: OpenedMessage,
    /// Its events, from its admission on.
    pub timeline: Vec<MessageEvent>,
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowMessageError {
    /// The account has no message with that id.
    #[error("the account has no message with that id")]
    NotFound,
    /// The stored recipient does not open.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ShowMessage {
    /// Shows one message.
    pub async fn execute(
        &self,
        request: ShowMessageRequest,
    ) -> Result<ShownMessage, ShowMessageError> {
        let account = request.account_id;
        let found = self.messages.find_history(account, request.id).await?;
        let history = found.ok_or(ShowMessageError::NotFound)?;
        let sealer = self.sealers.find(account).await?;
        let mut timeline = vec![MessageEvent::admitted(history.record.created_at)];
        timeline.extend(history.events);
        Ok(ShownMessage {
            message: OpenedMessage::open(history.record, sealer.as_deref())?,
            timeline,
        })
    }
}

impl OpenedMessage {
    /// Opens the recipient of a message.
    pub(super) fn open(
        record: MessageRecord,
        sealer: Option<&AccountSealer>,
    ) -> Result<Self, UnreadableRecipient> {
        let to = open_recipient(sealer, record.id, record.recipient.as_ref())?;
        Ok(Self { record, to })
    }
}
