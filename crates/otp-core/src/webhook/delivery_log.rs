//! The log of deliveries: what an owner sees of each, and can repeat.

use super::delivery::DeliveryState;
use super::event::WebhookEvent;
use crate::ids::{WebhookEndpointId, WebhookEventId};
use crate::page::{Listed, PagePosition};
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// At most this many deliveries are replayed by one request.
pub const MAX_REPLAYED: usize = 1_000;

/// A delivery as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelivery {
    /// The event.
    pub event: WebhookEvent,
    /// Its state.
    pub state: DeliveryState,
    /// The time of its next attempt, if it waits.
    pub due_at: Timestamp,
    /// The attempts that were made.
    pub attempts: u32,
    /// The result of the last of them; `None` if none was made, and for a listener, which fetches its events.
    pub last_attempt: Option<AttemptResult>,
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptResult {
    /// How long it took, in milliseconds.
    pub latency_millis: u32,
    /// The HTTP status, if an answer arrived.
    pub status: Option<u16>,
    /// The name of the failure, if it failed.
    pub failure: Option<String>,
}

/// An attempt as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttempt {
    /// Its number, from 1.
    pub number: u32,
    /// The time at which it ended.
    pub at: Timestamp,
    /// Its result.
    pub result: AttemptResult,
    /// The beginning of the answer, sealed.
    pub excerpt: Option<Sealed>,
}

/// A choice among the deliveries of an endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeliveryFilter {
    /// All of them.
    #[default]
    All,
    /// Those that the endpoint has not accepted: they wait, or were given up.
    Undelivered,
}

impl DeliveryFilter {
    /// Returns whether a delivery in this state counts.
    pub fn admits(self, state: DeliveryState) -> bool {
        match self {
            Self::All => true,
            Self::Undelivered => match state {
                DeliveryState::Waiting | DeliveryState::GivenUp => true,
                DeliveryState::Delivered => false,
            },
        }
    }
}

/// The deliveries of an endpoint that match, newest event first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Only deliveries of events before this position.
    pub before: PagePosition,
    /// The choice among them.
    pub filter: DeliveryFilter,
    /// At most this many.
    pub limit: usize,
}

/// The deliveries of an endpoint to make again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// That of one event.
    One(WebhookEventId),
    /// Those of events from this position on that happened before an instant, oldest first.
    Range {
        /// The position.
        from: PagePosition,
        /// The instant.
        until: Timestamp,
        /// The choice among them.
        filter: DeliveryFilter,
    },
}

impl Replay {
    /// Returns the first id of its events, and the first one after them: an id begins with the time of its event.
    pub fn bounds(&self) -> (WebhookEventId, WebhookEventId) {
        match *self {
            Self::One(event) => (event, event.after()),
            Self::Range { from, until, .. } => (
                WebhookEventId::at(from),
                WebhookEventId::at(PagePosition::at(until)),
            ),
        }
    }

    /// Returns which deliveries within its bounds are made again.
    pub fn filter(&self) -> DeliveryFilter {
        match *self {
            Self::One(_) => DeliveryFilter::All,
            Self::Range { filter, .. } => filter,
        }
    }
}

impl DeliveryQuery {
    /// Returns the id before which the ids of its events are: an id begins with the time of its event.
    pub fn before_id(&self) -> WebhookEventId {
        WebhookEventId::at(self.before)
    }
}

impl Listed for StoredDelivery {
    fn position(&self) -> PagePosition {
        PagePosition {
            created_at: self.event.at,
            id: self.event.id.0,
        }
    }
}

impl WebhookEventId {
    /// Returns the first id at or after a position: an id begins with the time of its event.
    pub fn at(position: PagePosition) -> Self {
        if position.id.is_nil() || position.id.is_max() {
            Self(crate::ids::first_uuid_at(position.created_at))
        } else {
            Self(position.id)
        }
    }

    /// Returns the id that follows this one.
    pub(crate) fn after(self) -> Self {
        Self(uuid::Uuid::from_u128(self.0.as_u128().saturating_add(1)))
    }
}
