//! What became of a message, one piece of news after the other: its timeline.

use crate::message::{Failure, MessageStatus};
use crate::time::Timestamp;

/// One piece of news of a message. What the same source says of the same status a second time is no
/// news: a timeline has at most one event of each pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEvent {
    /// The status the news is of.
    pub status: MessageStatus,
    /// Who brought it.
    pub source: EventSource,
    /// Whether the message moved to that status. News that comes late (a delivery after it was read)
    /// or confirms what is known (*sent* after the provider's acceptance) does not move it.
    pub changed_status: bool,
    /// When it happened, by the provider's clock; only its receipts say so.
    pub provider_time: Option<Timestamp>,
    /// When we knew.
    pub recorded_at: Timestamp,
    /// Why it failed, if the news is that.
    pub failure: Option<Failure>,
}

/// Who brings news of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventSource {
    /// The API client's request: the message was admitted.
    ApiRequest,
    /// The call to the provider: its answer, or that there was none.
    ProviderCall,
    /// A receipt of the provider.
    ProviderReceipt,
    /// The end of the message's lifetime.
    LifetimeEnd,
}

impl MessageEvent {
    /// The first event of every timeline. It is not stored: the message itself tells it.
    pub fn admitted(at: Timestamp) -> Self {
        Self {
            status: MessageStatus::Pending,
            source: EventSource::ApiRequest,
            changed_status: true,
            provider_time: None,
            recorded_at: at,
            failure: None,
        }
    }

    /// How long the news was under way, in milliseconds. The provider's clock is another one, and
    /// tells whole seconds: so it may be negative.
    pub fn latency_millis(&self) -> Option<i64> {
        let told = self.provider_time?;
        Some(self.recorded_at.unix_millis() - told.unix_millis())
    }
}

impl EventSource {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::ApiRequest,
        Self::ProviderCall,
        Self::ProviderReceipt,
        Self::LifetimeEnd,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiRequest => "ApiRequest",
            Self::ProviderCall => "ProviderCall",
            Self::ProviderReceipt => "ProviderReceipt",
            Self::LifetimeEnd => "LifetimeEnd",
        }
    }

    /// The number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::ApiRequest => 0,
            Self::ProviderCall => 1,
            Self::ProviderReceipt => 2,
            Self::LifetimeEnd => 3,
        }
    }

    /// The source of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_number_reads_back() {
        for source in EventSource::ALL {
            assert_eq!(EventSource::from_code(source.code()), Some(source));
        }
        assert_eq!(EventSource::from_code(4), None);
    }

    #[test]
    fn latency_is_between_the_providers_clock_and_ours() {
        let at = Timestamp::from_unix_millis;
        for (told, known, latency) in [
            (Some(1_000), 1_250, Some(250)),
            (Some(2_000), 1_250, Some(-750)),
            (None, 1_250, None),
        ] {
            let event = MessageEvent {
                provider_time: told.map(at),
                ..MessageEvent::admitted(at(known))
            };
            assert_eq!(event.latency_millis(), latency, "{told:?} → {known}");
        }
    }
}
