//! The timeline of a message: its events, one after the other.

use crate::message::{Failure, MessageStatus};
use crate::time::Timestamp;

/// One event of a message. A timeline has at most one event per source and status: a repeated
/// report is not an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEvent {
    /// The reported status.
    pub status: MessageStatus,
    /// The source of the event.
    pub source: EventSource,
    /// Whether the message moved to that status. An event that comes late (a delivery after it was
    /// read) or confirms what is known (*sent* after the provider's acceptance) does not move it.
    pub changed_status: bool,
    /// The time it happened, by the provider's clock; only receipts have it.
    pub provider_time: Option<Timestamp>,
    /// The time it was recorded.
    pub recorded_at: Timestamp,
    /// The failure, if the event is one.
    pub failure: Option<Failure>,
}

/// The source of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventSource {
    /// The API client's request: the message was admitted.
    ApiRequest,
    /// The call to the provider: its answer, or the lack of one.
    ProviderCall,
    /// A receipt of the provider.
    ProviderReceipt,
    /// The end of the message's lifetime.
    LifetimeEnd,
}

impl MessageEvent {
    /// Returns the first event of every timeline. It is not stored: it follows from the message
    /// itself.
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

    /// Returns the time between the event and its recording, in milliseconds. It may be negative,
    /// because the provider's clock is a different one and has whole seconds.
    pub fn latency_millis(&self) -> Option<i64> {
        let provider_time = self.provider_time?;
        Some(self.recorded_at.unix_millis() - provider_time.unix_millis())
    }
}

impl EventSource {
    /// All sources.
    pub const ALL: [Self; 4] = [
        Self::ApiRequest,
        Self::ProviderCall,
        Self::ProviderReceipt,
        Self::LifetimeEnd,
    ];

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiRequest => "ApiRequest",
            Self::ProviderCall => "ProviderCall",
            Self::ProviderReceipt => "ProviderReceipt",
            Self::LifetimeEnd => "LifetimeEnd",
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::ApiRequest => 0,
            Self::ProviderCall => 1,
            Self::ProviderReceipt => 2,
            Self::LifetimeEnd => 3,
        }
    }

    /// Returns the source of a stored number.
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
    fn sources_have_their_names_on_the_wire() {
        assert_eq!(
            EventSource::ALL.map(EventSource::as_str),
            [
                "ApiRequest",
                "ProviderCall",
                "ProviderReceipt",
                "LifetimeEnd"
            ]
        );
    }

    #[test]
    fn latency_is_between_the_providers_clock_and_ours() {
        let at = Timestamp::from_unix_millis;
        for (reported, recorded, latency) in [
            (Some(1_000), 1_250, Some(250)),
            (Some(2_000), 1_250, Some(-750)),
            (None, 1_250, None),
        ] {
            let event = MessageEvent {
                provider_time: reported.map(at),
                ..MessageEvent::admitted(at(recorded))
            };
            assert_eq!(event.latency_millis(), latency, "{reported:?} → {recorded}");
        }
    }
}
