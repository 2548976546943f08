//! Show a message: all there is to say of one message of the caller, its timeline included.

use std::sync::Arc;

use crate::ids::MessageId;
use crate::message::{MessageEvent, MessageRecord};
use crate::ports::{Messages, PortError};
use crate::recipient::PhoneNumber;
use crate::sealing::{Purpose, Sealed, Sealer};
use crate::usecases::authenticate::Caller;

/// A message with its recipient in the clear, for its account alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedMessage {
    /// The message.
    pub record: MessageRecord,
    /// To whom it was sent.
    pub to: PhoneNumber,
}

/// A message and its timeline, oldest event first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMessage {
    /// The message.
    pub message: OpenedMessage,
    /// What became of it, from its admission on.
    pub timeline: Vec<MessageEvent>,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ShowMessageError {
    /// The caller's account has no message with that id.
    #[error("no message with that id exists for the caller")]
    NotFound,
    /// A recipient cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What is stored of a recipient cannot be read with the configured master key.
#[derive(Debug, thiserror::Error)]
#[error("the recipient cannot be read")]
pub struct UnreadableRecipient(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Shows messages.
#[derive(Clone)]
pub struct ShowMessage {
    messages: Arc<dyn Messages>,
    sealer: Sealer,
}

impl ShowMessage {
    /// A use case over these ports.
    pub fn new(messages: Arc<dyn Messages>, sealer: Sealer) -> Self {
        Self { messages, sealer }
    }

    /// Shows the caller's message `id`.
    pub async fn execute(
        &self,
        caller: Caller,
        id: MessageId,
    ) -> Result<ShownMessage, ShowMessageError> {
        let found = self.messages.find_history(caller.account_id, id).await?;
        let history = found.ok_or(ShowMessageError::NotFound)?;
        let mut timeline = vec![MessageEvent::admitted(history.record.created_at)];
        timeline.extend(history.events);
        Ok(ShownMessage {
            message: OpenedMessage::open(history.record, &self.sealer)?,
            timeline,
        })
    }
}

impl OpenedMessage {
    /// Opens the recipient of a message.
    pub(super) fn open(
        record: MessageRecord,
        sealer: &Sealer,
    ) -> Result<Self, UnreadableRecipient> {
        let to = open_recipient(&record.recipient, sealer)?;
        Ok(Self { record, to })
    }
}

/// Opens the recipient of a message, which the store keeps sealed.
pub(super) fn open_recipient(
    sealed: &Sealed,
    sealer: &Sealer,
) -> Result<PhoneNumber, UnreadableRecipient> {
    let opened = sealer.open(Purpose::Recipient, sealed);
    let opened = opened.map_err(|error| UnreadableRecipient(error.into()))?;
    PhoneNumber::restore(&opened).map_err(|error| UnreadableRecipient(error.into()))
}
