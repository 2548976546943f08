//! The message sender: hands one message to a provider.

use std::time::Duration;

use async_trait::async_trait;

use crate::channel::whatsapp::template::TemplateStatus;
use crate::channel::{Channel, whatsapp};
use crate::ids::MessageId;
use crate::message::{Failure, ProviderMessageId};

/// Hands passcodes to a provider: the port of every channel.
///
/// An adapter serves one channel, or several by passing each message on to the adapter of its channel.
/// `otp_testkit::sender_contract!` tests an adapter for each sentence below.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Calls the provider at most once, and answers within the message's timeout.
    ///
    /// - An adapter MUST NOT repeat the call by itself, nor follow a redirect with it. If the future is
    ///   dropped, the call MUST NOT be made again.
    /// - It MUST pass the message's id on, so that a receipt can be matched even if the answer is lost.
    /// - When in doubt whether the provider took the message, it MUST answer [`SendError::Unknown`].
    /// - If no connection was established, or no time was left to make the call, it MUST answer
    ///   [`SendError::Retry`]. It MUST report the wait that the provider asks for.
    /// - It MUST refuse a message of a channel that it does not serve, without a call.
    /// - It MUST NOT log the passcode, the recipient or a token, nor repeat them in a refusal.
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError>;
}

/// A message ready to hand over, by channel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum OutgoingMessage {
    /// A WhatsApp message.
    WhatsApp(whatsapp::OutgoingMessage),
    /// A message of the tests' second channel.
    #[cfg(feature = "mocks")]
    Double(OutgoingDouble),
}

/// A message of the tests' second channel.
#[cfg(feature = "mocks")]
#[derive(Debug, Clone)]
pub struct OutgoingDouble {
    /// Our id of the message.
    pub message_id: MessageId,
    /// The recipient, in whatever form.
    pub to: String,
    /// The passcode it carries.
    pub passcode: crate::passcode::Passcode,
    /// How long the call may take.
    pub timeout: Duration,
}

impl From<whatsapp::OutgoingMessage> for OutgoingMessage {
    fn from(message: whatsapp::OutgoingMessage) -> Self {
        Self::WhatsApp(message)
    }
}

impl OutgoingMessage {
    /// Our id of the message.
    pub fn message_id(&self) -> MessageId {
        match self {
            Self::WhatsApp(message) => message.message_id,
            #[cfg(feature = "mocks")]
            Self::Double(message) => message.message_id,
        }
    }

    /// The channel it goes out by.
    pub fn channel(&self) -> Channel {
        match self {
            Self::WhatsApp(_) => Channel::WhatsApp,
            #[cfg(feature = "mocks")]
            Self::Double(_) => Channel::Double,
        }
    }

    /// How long the call may take.
    pub fn timeout(&self) -> Duration {
        match self {
            Self::WhatsApp(message) => message.timeout,
            #[cfg(feature = "mocks")]
            Self::Double(message) => message.timeout,
        }
    }

    /// Bounds the call.
    pub fn set_timeout(&mut self, timeout: Duration) {
        match self {
            Self::WhatsApp(message) => message.timeout = timeout,
            #[cfg(feature = "mocks")]
            Self::Double(message) => message.timeout = timeout,
        }
    }
}

/// The provider accepted the message for delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id of it.
    pub provider_message_id: ProviderMessageId,
}

/// The message was not accepted, as far as is known. Each case says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Refused for good: record it as failed.
    #[error("refused by the provider")]
    Refused(ProviderRefusal),
    /// Certainly not sent, and a later call may succeed: refused for the moment, or no connection
    /// was ever established.
    #[error("not taken by the provider for the moment")]
    Retry {
        /// What the provider said, to answer with if there is no time to call again.
        refusal: ProviderRefusal,
        /// How long the provider asked to wait, if it did.
        after: Option<Duration>,
    },
    /// It may have been sent: a time-out, a broken or senseless answer. Never call again.
    #[error("the outcome is unknown")]
    Unknown,
}

/// What the provider said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefusal {
    /// Its HTTP status; none where no connection was established.
    pub http_status: Option<u16>,
    /// Its message as it stands, for the answer to the API client; without number, passcode or token.
    pub message: String,
    /// What the failure fields keep.
    pub failure: Failure,
    /// What else it says, beside this message.
    pub scope: RefusalScope,
}

/// How far a refusal reaches: which other messages would be refused, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalScope {
    /// This message alone: its recipient, its template, its words.
    Message,
    /// Messages of this template, for a while: the provider paused it.
    TemplatePaused,
    /// Messages of this template, for good: the provider disabled it.
    TemplateDisabled,
    /// Messages of this sender to this recipient, for a while.
    Recipient,
    /// All messages of this sender, for a while: it sends too fast.
    Sender,
    /// All messages of this sender, until an operator fixes something at the provider.
    SenderUntilFixed,
    /// Whatever is asked of the provider, for a while: it is out of order or not to be reached.
    Provider,
}

impl RefusalScope {
    /// The status that the message's template turns out to have. A template that the provider does not
    /// find keeps its own: after an approval it takes a while until all of the provider knows of it.
    pub fn template_status(self) -> Option<TemplateStatus> {
        match self {
            Self::TemplatePaused => Some(TemplateStatus::PAUSED),
            Self::TemplateDisabled => Some(TemplateStatus::DISABLED),
            Self::Message
            | Self::Recipient
            | Self::Sender
            | Self::SenderUntilFixed
            | Self::Provider => None,
        }
    }
}
