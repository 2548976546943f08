//! Events for endpoints, their deliveries, and the endpoints' turns.

use diesel::prelude::*;
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;
use otp_core::webhook::delivery_log::{StoredAttempt, StoredDelivery};
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint};
use otp_core::webhook::routing::RoutingEndpoint;
use otp_core::webhook::turn::{DueDelivery, WebhookTurn};
use otp_core::webhook::{
    DeliveryState, EndpointHealth, EventFilter, WebhookEvent, WebhookEventKind,
};
use uuid::Uuid;

use crate::Col;
use crate::column::by_name;
use crate::schema::webhook_turns;

by_name! {
    /// An event.
    pub struct WebhookEventRow {
        id: Col<WebhookEventId>,
        account_id: Col<AccountId>,
        kind: Col<WebhookEventKind>,
        subject: Col<Uuid>,
        recipient_index: Col<Option<RecipientIndex>>,
        sequence: Col<i64>,
        at: Col<Timestamp>,
    }
}

impl From<WebhookEventRow> for WebhookEvent {
    fn from(row: WebhookEventRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            kind: row.kind.0,
            subject: row.subject.0,
            recipient_index: row.recipient_index.0,
            sequence: row.sequence.0,
            at: row.at.0,
        }
    }
}

by_name! {
    /// An endpoint with its next turn.
    pub struct RoutingEndpointRow {
        id: Col<WebhookEndpointId>,
        account_id: Col<AccountId>,
        events: Col<EventFilter>,
        standing: Col<EndpointStanding>,
        due_at: Col<Option<Timestamp>>,
        failures: Col<u32>,
        failing_since: Col<Option<Timestamp>>,
        rests_until: Col<Option<Timestamp>>,
    }
}

impl From<RoutingEndpointRow> for RoutingEndpoint {
    fn from(row: RoutingEndpointRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            events: row.events.0,
            standing: row.standing.0,
            due_at: row.due_at.0,
            health: EndpointHealth {
                failures: row.failures.0,
                failing_since: row.failing_since.0,
                rests_until: row.rests_until.0,
            },
        }
    }
}

/// The turn of a new endpoint: nothing is due.
#[derive(Insertable)]
#[diesel(table_name = webhook_turns)]
pub struct WebhookTurnRow {
    endpoint_id: Col<WebhookEndpointId>,
    account_id: Col<AccountId>,
    failures: Col<u32>,
}

impl WebhookTurnRow {
    /// Returns the turn of an endpoint that was just created.
    pub fn of(endpoint: &WebhookEndpoint) -> Self {
        Self {
            endpoint_id: Col(endpoint.id),
            account_id: Col(endpoint.account_id),
            failures: Col(EndpointHealth::default().failures),
        }
    }
}

by_name! {
    /// A claimed turn.
    pub struct ClaimedTurnRow {
        endpoint_id: Col<WebhookEndpointId>,
        leased_until: Col<Timestamp>,
        failures: Col<u32>,
        failing_since: Col<Option<Timestamp>>,
        rests_until: Col<Option<Timestamp>>,
    }
}

impl ClaimedTurnRow {
    /// Returns the endpoint.
    pub fn endpoint_id(&self) -> WebhookEndpointId {
        self.endpoint_id.0
    }

    /// Returns the turn of this endpoint, with nothing due yet.
    pub fn of(&self, endpoint: WebhookEndpoint) -> WebhookTurn {
        WebhookTurn {
            endpoint,
            health: EndpointHealth {
                failures: self.failures.0,
                failing_since: self.failing_since.0,
                rests_until: self.rests_until.0,
            },
            leased_until: self.leased_until.0,
            due: Vec::new(),
        }
    }
}

by_name! {
    /// A delivery that is due.
    pub struct DueDeliveryRow {
        endpoint_id: Col<WebhookEndpointId>,
        account_id: Col<AccountId>,
        event_id: Col<WebhookEventId>,
        kind: Col<WebhookEventKind>,
        subject: Col<Uuid>,
        recipient_index: Col<Option<RecipientIndex>>,
        sequence: Col<i64>,
        at: Col<Timestamp>,
        attempts: Col<u32>,
        failed_attempts: Col<u32>,
    }
}

impl DueDeliveryRow {
    /// Adds the delivery to the turn of its endpoint.
    pub fn add_to(self, turns: &mut [WebhookTurn]) {
        let id = self.endpoint_id.0;
        if let Some(turn) = turns.iter_mut().find(|turn| turn.endpoint.id == id) {
            turn.due.push(self.into());
        }
    }
}

impl From<DueDeliveryRow> for DueDelivery {
    fn from(row: DueDeliveryRow) -> Self {
        Self {
            event: WebhookEvent {
                id: row.event_id.0,
                account_id: row.account_id.0,
                kind: row.kind.0,
                subject: row.subject.0,
                recipient_index: row.recipient_index.0,
                sequence: row.sequence.0,
                at: row.at.0,
            },
            attempts: row.attempts.0,
            failed_attempts: row.failed_attempts.0,
        }
    }
}

by_name! {
    /// A delivery with its state.
    pub struct StoredDeliveryRow {
        account_id: Col<AccountId>,
        event_id: Col<WebhookEventId>,
        kind: Col<WebhookEventKind>,
        subject: Col<Uuid>,
        recipient_index: Col<Option<RecipientIndex>>,
        sequence: Col<i64>,
        at: Col<Timestamp>,
        state: Col<DeliveryState>,
        due_at: Col<Timestamp>,
        attempts: Col<u32>,
    }
}

impl From<StoredDeliveryRow> for StoredDelivery {
    fn from(row: StoredDeliveryRow) -> Self {
        Self {
            event: WebhookEvent {
                id: row.event_id.0,
                account_id: row.account_id.0,
                kind: row.kind.0,
                subject: row.subject.0,
                recipient_index: row.recipient_index.0,
                sequence: row.sequence.0,
                at: row.at.0,
            },
            state: row.state.0,
            due_at: row.due_at.0,
            attempts: row.attempts.0,
        }
    }
}

by_name! {
    /// An attempt.
    pub struct StoredAttemptRow {
        number: Col<u32>,
        at: Col<Timestamp>,
        latency_ms: Col<u32>,
        status: Col<Option<i16>>,
        failure: Col<Option<String>>,
        excerpt: Col<Option<Sealed>>,
    }
}

impl From<StoredAttemptRow> for StoredAttempt {
    fn from(row: StoredAttemptRow) -> Self {
        Self {
            number: row.number.0,
            at: row.at.0,
            latency_millis: row.latency_ms.0,
            status: row.status.0.and_then(|status| u16::try_from(status).ok()),
            failure: row.failure.0,
            excerpt: row.excerpt.0,
        }
    }
}

by_name! {
    /// The event of a delivery that is made again.
    pub struct ReplayedRow {
        event_id: Col<WebhookEventId>,
    }
}

impl From<ReplayedRow> for WebhookEventId {
    fn from(row: ReplayedRow) -> Self {
        row.event_id.0
    }
}
