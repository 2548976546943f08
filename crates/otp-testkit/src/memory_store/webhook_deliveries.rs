//! Events for the endpoints of accounts, their deliveries, and the endpoints' turns, in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::lease::Lease;
use otp_core::ports::{PortError, WebhookBacklog, WebhookDeliveries};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::delivery_log::{
    AttemptResult, DeliveryQuery, MAX_REPLAYED, Replay, StoredAttempt, StoredDelivery,
};
use otp_core::webhook::endpoint::{WebhookEndpoint, WebhookEndpointChange};
use otp_core::webhook::routing::{RoutingEndpoint, route};
use otp_core::webhook::turn::{
    DueDelivery, EndedTurn, MAX_DELIVERIES, RecordedAttempt, WebhookTurn, restarted,
};
use otp_core::webhook::{DeliveryState, EndpointHealth, WantedEvents, WebhookEvent};

use super::{MemoryStore, State, conflict};

/// Events, deliveries and turns.
#[derive(Debug, Default)]
pub(super) struct WebhookRows {
    events: Vec<WebhookEvent>,
    deliveries: Vec<DeliveryRow>,
    turns: BTreeMap<WebhookEndpointId, StoredTurn>,
}

#[derive(Debug)]
struct DeliveryRow {
    endpoint_id: WebhookEndpointId,
    delivery: DueDelivery,
    state: DeliveryState,
    due_at: Timestamp,
    attempts: Vec<RecordedAttempt>,
}

#[derive(Debug, Default)]
struct StoredTurn {
    due_at: Option<Timestamp>,
    leased_until: Option<Timestamp>,
    health: EndpointHealth,
}

#[async_trait]
impl WebhookDeliveries for MemoryStore {
    async fn add_webhook_events(&self, events: &[WebhookEvent]) -> Result<(), PortError> {
        self.state().report(events.iter().copied());
        Ok(())
    }

    async fn route_webhook_events(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        let mut state = self.state();
        let most = most.min(state.webhooks.events.len());
        let events: Vec<_> = state.webhooks.events.drain(..most).collect();
        let routed = route(&events, &state.routing_endpoints(), now);
        for (endpoint, event) in routed.deliveries {
            state.add_delivery(endpoint, event, now);
        }
        for (endpoint, due_at) in routed.turns {
            state.turn(endpoint).due_at = Some(due_at);
        }
        Ok(most)
    }

    async fn claim_webhook_turns(
        &self,
        lease: Lease,
        room: &Room,
    ) -> Result<Vec<WebhookTurn>, PortError> {
        let mut state = self.state();
        let state = &mut *state;
        let mut due: Vec<_> = state.webhook_endpoints.iter().collect();
        due.retain(|endpoint| {
            let turn = state.webhooks.turns.get(&endpoint.id);
            let is_due = turn.is_some_and(|turn| lease.covers(turn.due_at, turn.leased_until));
            is_due && !room.left_out.contains(&endpoint.account_id)
        });
        due.sort_by_key(|endpoint| (state.webhooks.turns[&endpoint.id].due_at, endpoint.id));
        due.truncate(room.most);
        let mut claimed = Vec::new();
        for endpoint in due {
            let due = state.webhooks.due(endpoint.id, lease.from);
            let turn = state.webhooks.turns.entry(endpoint.id).or_default();
            turn.leased_until = Some(lease.until);
            claimed.push(WebhookTurn {
                endpoint: endpoint.clone(),
                health: turn.health,
                leased_until: lease.until,
                due,
            });
        }
        Ok(claimed)
    }

    async fn end_webhook_turn(&self, turn: &EndedTurn) -> Result<bool, PortError> {
        let mut state = self.state();
        let id = turn.endpoint_id;
        let stored = state.webhooks.turns.get(&id);
        if stored.is_none_or(|stored| stored.leased_until != Some(turn.leased_until)) {
            return Ok(false);
        }
        for attempt in &turn.attempts {
            state.webhooks.record(id, attempt);
        }
        if let Some(reason) = turn.disabled {
            let change = WebhookEndpointChange::disable(reason);
            state.change_endpoint(turn.account_id, id, &change);
        }
        state.enqueue(turn.notice().into_iter().collect());
        let endpoint = state.webhook_endpoints.iter().find(|row| row.id == id);
        let standing = endpoint.map(|endpoint| endpoint.standing);
        let first_due = state.webhooks.first_due(id);
        let stored = state.turn(id);
        stored.health = turn.health;
        stored.leased_until = None;
        stored.due_at = standing.and_then(|standing| turn.next_turn(standing, first_due));
        Ok(true)
    }

    async fn add_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: &WebhookEvent,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        let Some(found) = state.routing_endpoint(endpoint) else {
            return Err(conflict("no webhook endpoint has that id"));
        };
        state.add_delivery(endpoint, *event, now);
        state.turn(endpoint).due_at = found.next_turn(now).or(found.due_at);
        Ok(())
    }

    async fn list_webhook_deliveries(
        &self,
        query: &DeliveryQuery,
    ) -> Result<Vec<StoredDelivery>, PortError> {
        let state = self.state();
        let of_endpoint = state.webhooks.deliveries.iter().filter(|row| {
            row.endpoint_id == query.endpoint_id
                && row.delivery.event.id < query.before_id()
                && query.filter.admits(row.state)
        });
        let mut found: Vec<_> = of_endpoint.map(DeliveryRow::stored).collect();
        found.sort_by_key(|delivery| Reverse(delivery.event.id));
        found.truncate(query.limit);
        Ok(found)
    }

    async fn find_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: WebhookEventId,
    ) -> Result<Option<(StoredDelivery, Vec<StoredAttempt>)>, PortError> {
        let state = self.state();
        let mut rows = state.webhooks.deliveries.iter();
        let row = rows.find(|row| row.endpoint_id == endpoint && row.delivery.event.id == event);
        Ok(row.map(|row| {
            (
                row.stored(),
                row.attempts.iter().map(stored_attempt).collect(),
            )
        }))
    }

    async fn replay_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        replay: Replay,
        now: Timestamp,
    ) -> Result<Vec<WebhookEventId>, PortError> {
        let mut state = self.state();
        let (from, until) = replay.bounds();
        let mut chosen: Vec<_> = state.webhooks.deliveries.iter_mut().collect();
        chosen.retain(|row| {
            let id = row.delivery.event.id;
            let is_within = row.endpoint_id == endpoint && from <= id && id < until;
            is_within && replay.filter().admits(row.state)
        });
        chosen.sort_by_key(|row| row.delivery.event.id);
        chosen.truncate(MAX_REPLAYED);
        let ids: Vec<_> = chosen.iter().map(|row| row.delivery.event.id).collect();
        for row in chosen {
            row.state = DeliveryState::Waiting;
            row.due_at = now;
            row.delivery.failed_attempts = 0;
        }
        let found = state.routing_endpoint(endpoint);
        if let Some(found) = found.filter(|_| !ids.is_empty()) {
            state.turn(endpoint).due_at = found.next_turn(now).or(found.due_at);
        }
        Ok(ids)
    }

    async fn hold_listener_turn(
        &self,
        listener: WebhookEndpointId,
        received: &[WebhookEventId],
        until: Timestamp,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let mut endpoints = state.webhook_endpoints.iter();
        if !endpoints.any(|endpoint| endpoint.id == listener) {
            return Ok(false);
        }
        state.begin_turn(listener, Some(until));
        for stored in &mut state.webhooks.deliveries {
            let is_received = received.contains(&stored.delivery.event.id);
            if stored.endpoint_id == listener && is_received {
                stored.state = DeliveryState::Delivered;
            }
        }
        Ok(true)
    }

    async fn list_due_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        now: Timestamp,
    ) -> Result<Vec<DueDelivery>, PortError> {
        Ok(self.state().webhooks.due(endpoint, now))
    }

    async fn webhook_backlog(&self, now: Timestamp) -> Result<WebhookBacklog, PortError> {
        let state = self.state();
        let turns = state.webhooks.turns.values();
        let free = turns.filter(|turn| turn.leased_until.is_none_or(|until| until <= now));
        let due = free.filter_map(|turn| turn.due_at.filter(|due_at| *due_at <= now));
        Ok(WebhookBacklog {
            unrouted_since: state.webhooks.events.first().map(|event| event.at),
            due_since: due.min(),
        })
    }

    async fn forget_webhook_deliveries(
        &self,
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let mut state = self.state();
        let mut left = most;
        state.webhooks.deliveries.retain(|stored| {
            let is_old = stored.delivery.event.at < before && left > 0;
            left -= usize::from(is_old);
            !is_old
        });
        Ok(most - left)
    }
}

impl DeliveryRow {
    fn stored(&self) -> StoredDelivery {
        StoredDelivery {
            event: self.delivery.event,
            state: self.state,
            due_at: self.due_at,
            attempts: self.delivery.attempts,
            last_attempt: self.attempts.last().map(result),
        }
    }
}

fn result(attempt: &RecordedAttempt) -> AttemptResult {
    AttemptResult {
        latency_millis: attempt.latency.as_millis().try_into().unwrap_or(u32::MAX),
        status: attempt.status,
        failure: attempt.failure.map(str::to_owned),
    }
}

fn stored_attempt(attempt: &RecordedAttempt) -> StoredAttempt {
    StoredAttempt {
        number: attempt.number,
        at: attempt.at,
        result: result(attempt),
        excerpt: attempt.excerpt.clone(),
    }
}

impl WebhookRows {
    /// Returns the first due deliveries of an endpoint.
    fn due(&self, endpoint: WebhookEndpointId, now: Timestamp) -> Vec<DueDelivery> {
        let waiting = self.waiting(endpoint).filter(|stored| stored.due_at <= now);
        let mut due: Vec<_> = waiting
            .map(|stored| (stored.due_at, stored.delivery.event.id, stored.delivery))
            .collect();
        due.sort_by_key(|(due_at, id, _)| (*due_at, *id));
        due.truncate(MAX_DELIVERIES);
        due.into_iter().map(|(_, _, delivery)| delivery).collect()
    }

    fn waiting(&self, endpoint: WebhookEndpointId) -> impl Iterator<Item = &DeliveryRow> {
        self.deliveries.iter().filter(move |stored| {
            stored.endpoint_id == endpoint && stored.state == DeliveryState::Waiting
        })
    }

    fn first_due(&self, endpoint: WebhookEndpointId) -> Option<Timestamp> {
        self.waiting(endpoint).map(|stored| stored.due_at).min()
    }

    fn record(&mut self, endpoint: WebhookEndpointId, attempt: &RecordedAttempt) {
        let mut deliveries = self.deliveries.iter_mut();
        let stored = deliveries.find(|stored| {
            stored.endpoint_id == endpoint && stored.delivery.event.id == attempt.event_id
        });
        let Some(stored) = stored else { return };
        stored.state = attempt.state;
        stored.due_at = attempt.due_at.unwrap_or(stored.due_at);
        stored.delivery.attempts = attempt.number;
        stored.delivery.failed_attempts = attempt.failed_attempts;
        stored.attempts.push(attempt.clone());
    }
}

impl State {
    /// Adds those of the events that their accounts want and that do not wait already.
    pub(super) fn report(&mut self, events: impl IntoIterator<Item = WebhookEvent>) {
        for event in events {
            let wanted = self.wanted_events_of(event.account_id);
            let mut known = self.webhooks.events.iter();
            if !known.any(|known| known.id == event.id) {
                self.webhooks.events.extend(wanted.keep(Some(event)));
            }
        }
    }

    pub(super) fn wanted_events_of(&self, account: AccountId) -> WantedEvents {
        let found = self.accounts.iter().find(|row| row.id == account);
        found.map_or(WantedEvents::NONE, |row| row.rules.wanted_events)
    }

    /// Decides the next turn of an endpoint that was changed.
    pub(super) fn restart(&mut self, endpoint: &WebhookEndpoint) {
        let first_due = self.webhooks.first_due(endpoint.id);
        let (due_at, health) = restarted(endpoint, first_due);
        *self.turn(endpoint.id) = StoredTurn {
            due_at,
            leased_until: None,
            health,
        };
    }

    /// Gives an endpoint a turn that lasts until then, if it does.
    pub(super) fn begin_turn(&mut self, endpoint: WebhookEndpointId, until: Option<Timestamp>) {
        let turn = self.turn(endpoint);
        (turn.due_at, turn.leased_until) = (until, until);
    }

    pub(super) fn failing_since(&self, endpoint: WebhookEndpointId) -> Option<Timestamp> {
        self.webhooks.turns.get(&endpoint)?.health.failing_since
    }

    /// Removes whatever belongs to an endpoint.
    pub(super) fn remove_deliveries(&mut self, endpoint: WebhookEndpointId) {
        let rows = &mut self.webhooks;
        rows.deliveries
            .retain(|stored| stored.endpoint_id != endpoint);
        rows.turns.remove(&endpoint);
    }

    fn turn(&mut self, endpoint: WebhookEndpointId) -> &mut StoredTurn {
        self.webhooks.turns.entry(endpoint).or_default()
    }

    fn add_delivery(&mut self, endpoint: WebhookEndpointId, event: WebhookEvent, now: Timestamp) {
        let mut known = self.webhooks.deliveries.iter();
        if known.any(|row| row.endpoint_id == endpoint && row.delivery.event.id == event.id) {
            return;
        }
        self.webhooks.deliveries.push(DeliveryRow {
            endpoint_id: endpoint,
            delivery: DueDelivery {
                event,
                attempts: 0,
                failed_attempts: 0,
            },
            state: DeliveryState::Waiting,
            due_at: now,
            attempts: Vec::new(),
        });
    }

    fn routing_endpoint(&self, id: WebhookEndpointId) -> Option<RoutingEndpoint> {
        let mut endpoints = self.routing_endpoints().into_iter();
        endpoints.find(|endpoint| endpoint.id == id)
    }

    fn routing_endpoints(&self) -> Vec<RoutingEndpoint> {
        let endpoints = self.webhook_endpoints.iter().map(|endpoint| {
            let turn = self.webhooks.turns.get(&endpoint.id);
            RoutingEndpoint {
                id: endpoint.id,
                account_id: endpoint.account_id,
                events: endpoint.events,
                standing: endpoint.standing,
                due_at: turn.and_then(|turn| turn.due_at),
                health: turn.map_or_else(EndpointHealth::default, |turn| turn.health),
            }
        });
        endpoints.collect()
    }
}
