//! The data of the overview.

use otp_core::message::MessageStatus;
use otp_core::time::Timestamp;

/// An account at a glance.
#[derive(Debug, Clone)]
pub(crate) struct OverviewView {
    /// The credits.
    pub(crate) credits: CreditsView,
    /// The messages of the last 24 hours.
    pub(crate) traffic: TrafficView,
    /// The things that need a person, in any order.
    pub(crate) attention: Vec<Attention>,
    /// The steps from a new account to one that sends.
    pub(crate) first_steps: FirstSteps,
    /// The latest messages, newest first, at most ten.
    pub(crate) recent: Vec<RecentMessage>,
}

/// The credits of an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreditsView {
    /// The credits that can be spent.
    pub(crate) left: u64,
    /// The credits that the active subscriptions had at first; 0 if there is none.
    pub(crate) granted: u64,
}

/// The numbers of messages in the last 24 hours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrafficView {
    /// All messages that were accepted.
    pub(crate) sent_24h: u64,
    /// Those that arrived.
    pub(crate) delivered_24h: u64,
    /// Those that failed.
    pub(crate) failed_24h: u64,
    /// Whether there are more messages than are counted, so that there are at least as many as each number says.
    pub(crate) is_capped: bool,
}

/// Something that needs a person. The most urgent comes first in the order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Attention {
    /// Messages are refused, because there are no credits.
    NoCredits,
    /// Messages are refused, because there is no sender.
    NoSender,
    /// WhatsApp does not let a sender send.
    SenderStopped {
        /// Its phone number.
        phone: String,
    },
    /// A webhook endpoint is no longer called.
    EndpointDisabled {
        /// The host of its address.
        host: String,
    },
    /// The credits are running low.
    LowCredits,
    /// An API key is about to expire.
    KeyExpires {
        /// The number of days until then; 0 is today.
        days: u64,
        /// Its name, as typed.
        name: String,
    },
}

/// The steps from a new account to one that sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstSteps {
    /// There is an API key.
    pub(crate) has_key: bool,
    /// A message was sent.
    pub(crate) has_sent: bool,
    /// There is a webhook endpoint.
    pub(crate) has_webhook: bool,
}

/// One of the latest messages.
#[derive(Debug, Clone)]
pub(crate) struct RecentMessage {
    /// The recipient, masked.
    pub(crate) to: String,
    /// Its status.
    pub(crate) status: MessageStatus,
    /// The code of its failure, if the provider gave one.
    pub(crate) failure_code: Option<i32>,
    /// The country of the number; `None` if the recipient is a mail address.
    pub(crate) region: Option<String>,
    /// The time it was sent.
    pub(crate) at: Timestamp,
}
