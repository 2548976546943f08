//! The provider of a history: writes down when which code was handed over.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use otp_core::channel::Channel;
use otp_core::ids::MessageId;
use otp_core::message::ProviderMessageId;
use otp_core::ports::{Accepted, Clock, MessageSender, OutgoingMessage, SendError};
use otp_core::time::Timestamp;

use super::faults::{Faults, Point};
use crate::{ManualClock, ScriptedSender};

/// A call of a provider or of the mail server.
#[derive(Debug, Clone)]
pub(super) struct HandOver {
    pub(super) message: MessageId,
    pub(super) channel: Channel,
    /// The code in the message.
    pub(super) code: String,
    pub(super) at: Timestamp,
    pub(super) end: End,
}

/// The end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The provider took the message.
    Accepted(ProviderMessageId),
    /// It took the message, and its answer was lost.
    Lost(ProviderMessageId),
    /// It refused the message for good.
    Refused,
    /// It did not take the message, and may be called again.
    Later,
}

impl End {
    /// The provider's id of a message that it took.
    pub(super) fn taken_as(&self) -> Option<&ProviderMessageId> {
        match self {
            Self::Accepted(id) | Self::Lost(id) => Some(id),
            Self::Refused | Self::Later => None,
        }
    }
}

/// A provider and a mail server that answer from one script.
pub(super) struct Provider {
    pub(super) script: Arc<ScriptedSender>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) faults: Arc<Faults>,
    pub(super) calls: Mutex<Vec<HandOver>>,
}

impl Provider {
    pub(super) fn calls(&self) -> MutexGuard<'_, Vec<HandOver>> {
        self.calls.lock().expect("recording does not panic")
    }
}

#[async_trait]
impl MessageSender for Provider {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let at = self.clock.now();
        let answer = self.script.send(message).await;
        let id = message.message_id();
        let end = match &answer {
            Ok(accepted) => End::Accepted(accepted.provider_message_id.clone()),
            Err(SendError::Unknown) => End::Lost(ProviderMessageId(format!("wamid.lost.{id}"))),
            Err(SendError::Refused(_)) => End::Refused,
            Err(SendError::Retry { .. }) => End::Later,
        };
        self.calls().push(HandOver {
            message: id,
            channel: message.channel(),
            code: code(message),
            at,
            end,
        });
        self.faults.pass(Point::HandedOver).await;
        answer
    }
}

fn code(message: &OutgoingMessage) -> String {
    let passcode = if let OutgoingMessage::WhatsApp(message) = message {
        &message.passcode
    } else if let OutgoingMessage::Email(mail) = message {
        &mail.passcode
    } else {
        panic!("the histories have no such channel")
    };
    passcode.expose().to_owned()
}
