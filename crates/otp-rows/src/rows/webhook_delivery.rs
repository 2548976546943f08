//! Events for endpoints, their deliveries, and the endpoints' turns.

use diesel::prelude::*;
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::ports::WebhookBacklog;
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;
use otp_core::webhook::delivery_log::{AttemptResult, StoredAttempt, StoredDelivery};
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint};
use otp_core::webhook::routing::RoutingEndpoint;
use otp_core::webhook::turn::{DueDelivery, WebhookTurn, first_turn};
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
            health: health(row.failures, row.failing_since, row.rests_until),
        }
    }
}

fn health(
    failures: Col<u32>,
    failing_since: Col<Option<Timestamp>>,
    rests_until: Col<Option<Timestamp>>,
) -> EndpointHealth {
    EndpointHealth {
        failures: failures.0,
        failing_since: failing_since.0,
        rests_until: rests_until.0,
    }
}

/// The turn of a new endpoint.
#[derive(Insertable)]
#[diesel(table_name = webhook_turns)]
pub struct WebhookTurnRow {
    endpoint_id: Col<WebhookEndpointId>,
    account_id: Col<AccountId>,
    due_at: Col<Option<Timestamp>>,
    leased_until: Col<Option<Timestamp>>,
    failures: Col<u32>,
}

impl WebhookTurnRow {
    /// Returns the turn of an endpoint that was just created.
    pub fn of(endpoint: &WebhookEndpoint) -> Self {
        let first = first_turn(endpoint);
        Self {
            endpoint_id: Col(endpoint.id),
            account_id: Col(endpoint.account_id),
            due_at: Col(first),
            leased_until: Col(first),
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
            health: health(self.failures, self.failing_since, self.rests_until),
            leased_until: self.leased_until.0,
            due: Vec::new(),
        }
    }
}

by_name! {
    /// A delivery that is due.
    pub struct WebhookDeliveryRow {
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

impl WebhookDeliveryRow {
    fn event(&self) -> WebhookEvent {
        WebhookEvent {
            id: self.event_id.0,
            account_id: self.account_id.0,
            kind: self.kind.0,
            subject: self.subject.0,
            recipient_index: self.recipient_index.0,
            sequence: self.sequence.0,
            at: self.at.0,
        }
    }

    /// Adds the delivery to the turn of its endpoint.
    pub fn add_to(self, turns: &mut [WebhookTurn]) {
        let id = self.endpoint_id.0;
        if let Some(turn) = turns.iter_mut().find(|turn| turn.endpoint.id == id) {
            turn.due.push(self.into());
        }
    }
}

impl From<WebhookDeliveryRow> for DueDelivery {
    fn from(row: WebhookDeliveryRow) -> Self {
        Self {
            event: row.event(),
            attempts: row.attempts.0,
            failed_attempts: row.failed_attempts.0,
        }
    }
}

by_name! {
    /// An endpoint whose last call failed.
    pub struct FailingEndpointRow {
        endpoint_id: Col<WebhookEndpointId>,
        failing_since: Col<Timestamp>,
    }
}

impl From<FailingEndpointRow> for (WebhookEndpointId, Timestamp) {
    fn from(row: FailingEndpointRow) -> Self {
        (row.endpoint_id.0, row.failing_since.0)
    }
}

by_name! {
    /// A delivery with the result of its last attempt.
    pub struct LoggedDeliveryRow {
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
        latency_ms: Col<Option<u32>>,
        status: Col<Option<i16>>,
        failure: Col<Option<String>>,
    }
}

impl From<LoggedDeliveryRow> for StoredDelivery {
    fn from(row: LoggedDeliveryRow) -> Self {
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
            last_attempt: row
                .latency_ms
                .0
                .map(|latency| result(latency, row.status.0, row.failure.0)),
        }
    }
}

fn result(latency_millis: u32, status: Option<i16>, failure: Option<String>) -> AttemptResult {
    AttemptResult {
        latency_millis,
        status: status.and_then(|status| u16::try_from(status).ok()),
        failure,
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
            result: result(row.latency_ms.0, row.status.0, row.failure.0),
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

by_name! {
    /// Since when events and turns wait for a process.
    pub struct WebhookBacklogRow {
        unrouted_since: Col<Option<Timestamp>>,
        due_since: Col<Option<Timestamp>>,
    }
}

impl From<WebhookBacklogRow> for WebhookBacklog {
    fn from(row: WebhookBacklogRow) -> Self {
        Self {
            unrouted_since: row.unrouted_since.0,
            due_since: row.due_since.0,
        }
    }
}

by_name! {
    /// When a delivery is due.
    pub struct FirstDueRow {
        due_at: Col<Timestamp>,
    }
}

impl From<FirstDueRow> for Timestamp {
    fn from(row: FirstDueRow) -> Self {
        row.due_at.0
    }
}
