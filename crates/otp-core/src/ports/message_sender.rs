//! The message sender: passes one message to a provider.

use std::time::Duration;

use async_trait::async_trait;

use crate::channel::whatsapp::template::TemplateStatus;
use crate::channel::{Channel, email, whatsapp};
use crate::ids::MessageId;
use crate::message::{Failure, ProviderMessageId};
use crate::test_inbox::OutgoingTest;

/// Passes messages to a provider: the port of every channel.
///
/// An adapter serves one channel, or several by passing each message to the adapter of its channel.
/// `otp_testkit::sender_contract!` tests an adapter for each sentence below.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Calls the provider at most once, and returns within the message's timeout.
    ///
    /// - An adapter MUST NOT repeat the call by itself, nor follow a redirect with it. If the future is
    ///   dropped, the call MUST NOT be made again.
    /// - It MUST pass the message's id on, so that a receipt can be matched even if the answer is lost.
    /// - When in doubt whether the provider took the message, it MUST return [`SendError::Unknown`].
    /// - If no connection was established, or no time was left to make the call, it MUST return
    ///   [`SendError::Retry`]. It MUST report the wait that the provider asks for.
    /// - It MUST refuse a message of a channel that it does not serve, without a call.
    /// - It MUST NOT log the passcode, the recipient or a token, nor repeat them in a refusal.
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError>;
}

/// A message ready to be passed to a provider, by channel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum OutgoingMessage {
    /// A WhatsApp message.
    WhatsApp(whatsapp::OutgoingMessage),
    /// A mail.
    Email(email::OutgoingMessage),
    /// A message for a test inbox, of any channel.
    Test(OutgoingTest),
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
    /// The recipient, in any form.
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

impl From<email::OutgoingMessage> for OutgoingMessage {
    fn from(message: email::OutgoingMessage) -> Self {
        Self::Email(message)
    }
}

impl OutgoingMessage {
    /// Returns our id of the message.
    pub fn message_id(&self) -> MessageId {
        match self {
            Self::WhatsApp(message) => message.message_id,
            Self::Email(message) => message.message_id,
            Self::Test(outgoing) => outgoing.message.message_id,
            #[cfg(feature = "mocks")]
            Self::Double(message) => message.message_id,
        }
    }

    /// Returns the channel of the message.
    pub fn channel(&self) -> Channel {
        match self {
            Self::WhatsApp(_) => Channel::WhatsApp,
            Self::Email(_) => Channel::Email,
            Self::Test(outgoing) => outgoing.message.channel,
            #[cfg(feature = "mocks")]
            Self::Double(_) => Channel::Double,
        }
    }

    /// Returns how long the call may take.
    pub fn timeout(&self) -> Duration {
        match self {
            Self::WhatsApp(message) => message.timeout,
            Self::Email(message) => message.timeout,
            Self::Test(outgoing) => outgoing.timeout,
            #[cfg(feature = "mocks")]
            Self::Double(message) => message.timeout,
        }
    }

    /// Sets how long the call may take.
    pub fn set_timeout(&mut self, timeout: Duration) {
        match self {
            Self::WhatsApp(message) => message.timeout = timeout,
            Self::Email(message) => message.timeout = timeout,
            Self::Test(outgoing) => outgoing.timeout = timeout,
            #[cfg(feature = "mocks")]
            Self::Double(message) => message.timeout = timeout,
        }
    }
}

/// The provider accepted the message for delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id of the message.
    pub provider_message_id: ProviderMessageId,
}

/// The message was not accepted, as far as is known. Each case says how to proceed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Permanently refused: record the message as failed.
    #[error("refused by the provider")]
    Refused(ProviderRefusal),
    /// Certainly not sent, and a later call may succeed: the provider refused for the moment, or no
    /// connection was established.
    #[error("not accepted by the provider for the moment")]
    Retry {
        /// The provider's refusal, for the answer if there is no time to call again.
        refusal: ProviderRefusal,
        /// The wait that the provider asked for, if any.
        after: Option<Duration>,
    },
    /// Possibly sent: the call timed out, or its answer was broken or invalid. Never call again.
    #[error("the outcome is unknown")]
    Unknown,
}

/// The provider's refusal of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefusal {
    /// The HTTP status; `None` if no connection was established, or if the channel has none.
    pub http_status: Option<u16>,
    /// The provider's text, unchanged, for the API client. It has no number, passcode or token.
    pub message: String,
    /// The failure to record.
    pub failure: Failure,
    /// The messages that it concerns.
    pub scope: RefusalScope,
}

impl ProviderRefusal {
    /// Creates the refusal of a message that no provider saw: it has neither status nor code.
    pub fn unsent(scope: RefusalScope, title: &str, reason: String) -> Self {
        Self {
            http_status: None,
            message: reason.clone(),
            failure: Failure {
                code: None,
                title: title.to_owned(),
                reason,
            },
            scope,
        }
    }
}

/// The scope of a refusal: the messages that would be refused as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalScope {
    /// This message alone, because of its recipient, its template or its text.
    Message,
    /// Messages of this template, temporarily: the provider paused it.
    TemplatePaused,
    /// Messages of this template, permanently: the provider disabled it.
    TemplateDisabled,
    /// Messages of this sender to this recipient, temporarily.
    Recipient,
    /// All messages of this sender, temporarily: it sends too fast.
    Sender,
    /// All messages of this sender, until an operator fixes something at the provider.
    SenderUntilFixed,
    /// All calls to the provider, temporarily: it is out of order or cannot be reached.
    Provider,
}

impl RefusalScope {
    /// Returns the status that the refusal gives to the message's template, if any.
    ///
    /// A template that the provider does not find keeps its status: after an approval it takes a while
    /// until all of the provider's servers have the template.
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
