//! The deliveries of events to endpoints, and the endpoints' turns.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::ports::{PortError, WebhookDeliveries};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::delivery_log::{
    DeliveryQuery, MAX_REPLAYED, Replay, StoredAttempt, StoredDelivery,
};
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpointChange};
use otp_core::webhook::routing::{Routed, RoutingEndpoint, route};
use otp_core::webhook::turn::{EndedTurn, MAX_DELIVERIES, RecordedAttempt, WebhookTurn};
use otp_core::webhook::{DeliveryState, EndpointHealth, WebhookEvent};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{
    ClaimedTurnRow, DueDeliveryRow, ReplayedRow, RoutingEndpointRow, StoredAttemptRow,
    StoredDeliveryRow, WebhookEndpointRow, WebhookEventRow,
};
use otp_rows::schema::{webhook_deliveries, webhook_endpoints, webhook_turns};
use serde_json::{Value, json};

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::set_based::{hex, id, set_based};
use crate::webhook_endpoints::{load, write_change};
use crate::webhook_events::insert_wanted_events;

const FIRST_EVENTS: &str = "
    SELECT id, account_id, kind, subject, recipient_index, sequence, at
    FROM webhook_events ORDER BY id LIMIT ?";

const REMOVE_EVENTS: &str = "
    DELETE FROM webhook_events WHERE id IN (SELECT unhex(value) FROM json_each(?))";

pub(crate) const ENDPOINTS_OF: &str = "
    SELECT e.id, e.account_id, e.events, e.standing, t.due_at, t.failures, t.failing_since, t.rests_until
    FROM json_each(?) AS wanted CROSS JOIN webhook_endpoints AS e CROSS JOIN webhook_turns AS t
    WHERE e.account_id = unhex(wanted.value ->> 0) AND t.endpoint_id = e.id";

/// Deliveries that are due at once. One that exists stays as it is.
const INSERT_DELIVERIES: &str = "
    INSERT INTO webhook_deliveries
        (endpoint_id, event_id, kind, subject, recipient_index, sequence, at, state, due_at, attempts,
         failed_attempts)
    SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, unhex(value ->> 3), unhex(value ->> 4),
           value ->> 5, value ->> 6, value ->> 7, value ->> 8, 0, 0
    FROM json_each(?) WHERE true
    ON CONFLICT (endpoint_id, event_id) DO NOTHING";

const SET_TURNS: &str = "
    UPDATE webhook_turns SET due_at = new.value ->> 1
    FROM json_each(?) AS new WHERE webhook_turns.endpoint_id = unhex(new.value ->> 0)";

pub(crate) const DUE_TURNS: &str = "
    SELECT endpoint_id, ? AS leased_until, failures, failing_since, rests_until
    FROM webhook_turns
    WHERE due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
      AND account_id NOT IN (SELECT unhex(value) FROM json_each(?))
    ORDER BY due_at, endpoint_id LIMIT ?";

const LEASE_TURNS: &str = "
    UPDATE webhook_turns SET leased_until = lease.value ->> 1
    FROM json_each(?) AS lease WHERE webhook_turns.endpoint_id = unhex(lease.value ->> 0)";

/// The first due deliveries of an endpoint.
pub(crate) const DUE_DELIVERIES: &str = "
    SELECT d.endpoint_id, e.account_id, d.event_id, d.kind, d.subject, d.recipient_index, d.sequence, d.at,
        d.attempts, d.failed_attempts
    FROM webhook_deliveries AS d CROSS JOIN webhook_endpoints AS e
    WHERE d.endpoint_id = ? AND d.state = 0 AND d.due_at <= ? AND e.id = d.endpoint_id
    ORDER BY d.due_at, d.event_id LIMIT ?";

const INSERT_ATTEMPTS: &str = "
    INSERT INTO webhook_attempts
        (endpoint_id, event_id, number, at, latency_ms, status, failure, excerpt)
    SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5,
           value ->> 6, unhex(value ->> 7)
    FROM json_each(?)";

const UPDATE_DELIVERIES: &str = "
    UPDATE webhook_deliveries SET
        state = new.value ->> 2,
        due_at = coalesce(new.value ->> 3, due_at),
        attempts = new.value ->> 4,
        failed_attempts = new.value ->> 5
    FROM json_each(?) AS new
    WHERE webhook_deliveries.endpoint_id = unhex(new.value ->> 0)
      AND webhook_deliveries.event_id = unhex(new.value ->> 1)";

/// The deliveries of an endpoint, newest first.
pub(crate) const LIST: &str = "
    SELECT e.account_id, d.event_id, d.kind, d.subject, d.recipient_index, d.sequence, d.at, d.state, d.due_at,
        d.attempts
    FROM webhook_deliveries AS d CROSS JOIN webhook_endpoints AS e
    WHERE d.endpoint_id = ? AND d.event_id < ? AND e.id = d.endpoint_id
    ORDER BY d.event_id DESC LIMIT ?";

const FIND: &str = "
    SELECT e.account_id, d.event_id, d.kind, d.subject, d.recipient_index, d.sequence, d.at, d.state, d.due_at,
        d.attempts
    FROM webhook_deliveries AS d CROSS JOIN webhook_endpoints AS e
    WHERE d.endpoint_id = ? AND d.event_id = ? AND e.id = d.endpoint_id";

const ATTEMPTS: &str = "
    SELECT number, at, latency_ms, status, failure, excerpt FROM webhook_attempts
    WHERE endpoint_id = ? AND event_id = ? ORDER BY number";

const CHOSEN: &str = "
    SELECT event_id FROM webhook_deliveries
    WHERE endpoint_id = ? AND event_id >= ? AND event_id < ? ORDER BY event_id LIMIT ?";

const REPLAY: &str = "
    UPDATE webhook_deliveries SET state = 0, failed_attempts = 0, due_at = again.value ->> 2
    FROM json_each(?) AS again
    WHERE webhook_deliveries.endpoint_id = unhex(again.value ->> 0)
      AND webhook_deliveries.event_id = unhex(again.value ->> 1)";

const ENDPOINT_OF: &str = "
    SELECT e.id, e.account_id, e.events, e.standing, t.due_at, t.failures, t.failing_since, t.rests_until
    FROM webhook_endpoints AS e CROSS JOIN webhook_turns AS t
    WHERE e.id = ? AND t.endpoint_id = e.id";

const FORGET: &str = "
    DELETE FROM webhook_deliveries WHERE (endpoint_id, event_id) IN (
        SELECT endpoint_id, event_id FROM webhook_deliveries WHERE at < ? ORDER BY at LIMIT ?)";

#[async_trait]
impl WebhookDeliveries for SqliteStore {
    async fn add_webhook_events(&self, events: &[WebhookEvent]) -> Result<(), PortError> {
        let events = events.to_vec();
        self.write("db.webhooks.report", move |connection| {
            insert_wanted_events(connection, events)
        })
        .await
    }

    async fn route_webhook_events(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        // A writer would wait for the others, also if there is nothing to route.
        let first = self.read("db.webhooks.waiting", |connection| {
            Ok(first_events(connection, 1)?)
        });
        if first.await?.is_empty() {
            return Ok(0);
        }
        self.write("db.webhooks.route", move |connection| {
            let events = first_events(connection, most)?;
            let rows = events.iter().map(|event| Value::from(id(event.id.0)));
            set_based(REMOVE_EVENTS, rows).execute(connection)?;
            let accounts: BTreeSet<_> = events.iter().map(|event| event.account_id).collect();
            let rows = accounts.iter().map(|account| json!([id(account.0)]));
            let endpoints: Vec<RoutingEndpointRow> =
                set_based(ENDPOINTS_OF, rows).load(connection)?;
            let endpoints: Vec<_> = endpoints.into_iter().map(Into::into).collect();
            insert_deliveries(connection, &route(&events, &endpoints, now), now)?;
            Ok(events.len())
        })
        .await
    }

    async fn claim_webhook_turns(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        room: &Room,
    ) -> Result<Vec<WebhookTurn>, PortError> {
        let left_out: Vec<_> = room.left_out.iter().map(|account| id(account.0)).collect();
        let (left_out, most) = (json!(left_out).to_string(), room.most);
        let asked = left_out.clone();
        let next = self.read("db.webhooks.due", move |connection| {
            due_turns(connection, (now, leased_until), &asked, 1)
        });
        if next.await?.is_empty() {
            return Ok(Vec::new());
        }
        self.write("db.webhooks.claim", move |connection| {
            let claimed = due_turns(connection, (now, leased_until), &left_out, most)?;
            let rows = claimed
                .iter()
                .map(|turn| json!([id(turn.endpoint_id().0), leased_until.unix_millis()]));
            set_based(LEASE_TURNS, rows).execute(connection)?;
            load_turns(connection, &claimed, now)
        })
        .await
    }

    async fn end_webhook_turn(&self, turn: &EndedTurn) -> Result<bool, PortError> {
        let turn = turn.clone();
        self.write("db.webhooks.end_turn", move |connection| {
            end_turn(connection, &turn)
        })
        .await
    }

    async fn add_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: &WebhookEvent,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let event = *event;
        self.write("db.webhooks.add", move |connection| {
            let Some(due_at) = next_turn(connection, endpoint, now)? else {
                return Err(StoreError::Missing("webhook endpoint with that id"));
            };
            let routed = Routed {
                deliveries: vec![(endpoint, event)],
                turns: [(endpoint, due_at)].into(),
            };
            insert_deliveries(connection, &routed, now)
        })
        .await
    }

    async fn list_webhook_deliveries(
        &self,
        query: &DeliveryQuery,
    ) -> Result<Vec<StoredDelivery>, PortError> {
        let query = *query;
        self.read("db.webhooks.list", move |connection| {
            let rows: Vec<StoredDeliveryRow> = diesel::sql_query(LIST)
                .bind::<Id, _>(Col(query.endpoint_id))
                .bind::<Id, _>(Col(query.before_id()))
                .bind::<BigInt, _>(i64::try_from(query.limit).unwrap_or(i64::MAX))
                .load(connection)?;
            Ok(rows.into_iter().map(StoredDelivery::from).collect())
        })
        .await
    }

    async fn find_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: WebhookEventId,
    ) -> Result<Option<(StoredDelivery, Vec<StoredAttempt>)>, PortError> {
        self.read("db.webhooks.find", move |connection| {
            let found: Vec<StoredDeliveryRow> = diesel::sql_query(FIND)
                .bind::<Id, _>(Col(endpoint))
                .bind::<Id, _>(Col(event))
                .load(connection)?;
            let attempts: Vec<StoredAttemptRow> = diesel::sql_query(ATTEMPTS)
                .bind::<Id, _>(Col(endpoint))
                .bind::<Id, _>(Col(event))
                .load(connection)?;
            let attempts = attempts.into_iter().map(StoredAttempt::from).collect();
            let found = found.into_iter().next();
            Ok(found.map(|row| (row.into(), attempts)))
        })
        .await
    }

    async fn replay_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        replay: Replay,
        now: Timestamp,
    ) -> Result<Vec<WebhookEventId>, PortError> {
        self.write("db.webhooks.replay", move |connection| {
            let Some(due_at) = next_turn(connection, endpoint, now)? else {
                return Ok(Vec::new());
            };
            let (from, until) = replay.bounds();
            let chosen: Vec<ReplayedRow> = diesel::sql_query(CHOSEN)
                .bind::<Id, _>(Col(endpoint))
                .bind::<Id, _>(Col(from))
                .bind::<Id, _>(Col(until))
                .bind::<BigInt, _>(i64::try_from(MAX_REPLAYED).unwrap_or(i64::MAX))
                .load(connection)?;
            let chosen: Vec<_> = chosen.into_iter().map(WebhookEventId::from).collect();
            if !chosen.is_empty() {
                let endpoint = id(endpoint.0);
                let rows = chosen
                    .iter()
                    .map(|event| json!([endpoint, id(event.0), now.unix_millis()]));
                set_based(REPLAY, rows).execute(connection)?;
                let turn = json!([endpoint, due_at.unix_millis()]);
                set_based(SET_TURNS, [turn]).execute(connection)?;
            }
            Ok(chosen)
        })
        .await
    }

    async fn forget_webhook_deliveries(
        &self,
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.write("db.webhooks.forget", move |connection| {
            let forget = diesel::sql_query(FORGET)
                .bind::<Instant, _>(Col(before))
                .bind::<BigInt, _>(most);
            Ok(forget.execute(connection)?)
        })
        .await
    }
}

fn first_events(connection: &mut SqliteConnection, most: usize) -> QueryResult<Vec<WebhookEvent>> {
    let rows: Vec<WebhookEventRow> = diesel::sql_query(FIRST_EVENTS)
        .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
        .load(connection)?;
    Ok(rows.into_iter().map(WebhookEvent::from).collect())
}

/// Returns when the turn of an endpoint is if something is due now; `None` if there is no such endpoint.
fn next_turn(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    let found: Vec<RoutingEndpointRow> = diesel::sql_query(ENDPOINT_OF)
        .bind::<Id, _>(Col(endpoint))
        .load(connection)?;
    let found = found.into_iter().next().map(RoutingEndpoint::from);
    Ok(found.map(|endpoint| endpoint.next_turn(now)))
}

fn insert_deliveries(
    connection: &mut SqliteConnection,
    routed: &Routed,
    now: Timestamp,
) -> Result<(), StoreError> {
    if routed.deliveries.is_empty() {
        return Ok(());
    }
    let rows = routed.deliveries.iter().map(|(endpoint, event)| {
        json!([
            id(endpoint.0),
            id(event.id.0),
            event.kind.code(),
            id(event.subject),
            event.recipient_index.map(|index| hex(&index.0)),
            event.sequence,
            event.at.unix_millis(),
            DeliveryState::Waiting.code(),
            now.unix_millis(),
        ])
    });
    set_based(INSERT_DELIVERIES, rows).execute(connection)?;
    let turns = routed.turns.iter();
    let rows = turns.map(|(endpoint, due_at)| json!([id(endpoint.0), due_at.unix_millis()]));
    set_based(SET_TURNS, rows).execute(connection)?;
    Ok(())
}

fn due_turns(
    connection: &mut SqliteConnection,
    (now, leased_until): (Timestamp, Timestamp),
    left_out: &str,
    most: usize,
) -> Result<Vec<ClaimedTurnRow>, StoreError> {
    let due = diesel::sql_query(DUE_TURNS)
        .bind::<Instant, _>(Col(leased_until))
        .bind::<Instant, _>(Col(now))
        .bind::<Instant, _>(Col(now))
        .bind::<Text, _>(left_out)
        .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX));
    Ok(due.load(connection)?)
}

/// Loads the endpoints of claimed turns, and what is due.
fn load_turns(
    connection: &mut SqliteConnection,
    claimed: &[ClaimedTurnRow],
    now: Timestamp,
) -> Result<Vec<WebhookTurn>, StoreError> {
    let mut turns = Vec::new();
    for claimed in claimed {
        let endpoint = webhook_endpoints::table
            .find(Col(claimed.endpoint_id()))
            .select(WebhookEndpointRow::as_select())
            .first(connection)?;
        let mut turn = claimed.of(endpoint.into());
        let due: Vec<DueDeliveryRow> = diesel::sql_query(DUE_DELIVERIES)
            .bind::<Id, _>(Col(claimed.endpoint_id()))
            .bind::<Instant, _>(Col(now))
            .bind::<BigInt, _>(i64::try_from(MAX_DELIVERIES).unwrap_or(i64::MAX))
            .load(connection)?;
        turn.due = due.into_iter().map(Into::into).collect();
        turns.push(turn);
    }
    Ok(turns)
}

fn end_turn(connection: &mut SqliteConnection, turn: &EndedTurn) -> Result<bool, StoreError> {
    let endpoint = turn.endpoint_id;
    let lease: Option<Col<Option<Timestamp>>> = webhook_turns::table
        .find(Col(endpoint))
        .select(webhook_turns::leased_until)
        .first(connection)
        .optional()?;
    if lease.is_none_or(|lease| lease.0 != Some(turn.leased_until)) {
        return Ok(false);
    }
    write_attempts(connection, turn)?;
    let standing = match turn.disabled {
        Some(reason) => {
            let existing = load(connection, turn.account_id)?;
            let change = WebhookEndpointChange::disable(reason);
            let changed = write_change(connection, existing, endpoint, &change)?;
            changed.map(|endpoint| endpoint.standing)
        }
        None => load_standing(connection, endpoint)?,
    };
    insert_notices(connection, turn.notice().as_slice())?;
    let first_due = load_first_due(connection, endpoint)?;
    let due_at = standing.and_then(|standing| turn.next_turn(standing, first_due));
    set_turn(connection, endpoint, due_at, turn.health)?;
    Ok(true)
}

fn load_standing(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
) -> QueryResult<Option<EndpointStanding>> {
    let standing: Option<Col<EndpointStanding>> = webhook_endpoints::table
        .find(Col(endpoint))
        .select(webhook_endpoints::standing)
        .first(connection)
        .optional()?;
    Ok(standing.map(|standing| standing.0))
}

/// Returns when the first of an endpoint's waiting deliveries is due.
pub(crate) fn load_first_due(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
) -> QueryResult<Option<Timestamp>> {
    let first: Col<Option<Timestamp>> = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(Col(endpoint)))
        .filter(webhook_deliveries::state.eq(Col(DeliveryState::Waiting)))
        .select(diesel::dsl::min(webhook_deliveries::due_at))
        .first(connection)?;
    Ok(first.0)
}

/// Sets when an endpoint has its next turn, and its health. No process has its turn any more.
pub(crate) fn set_turn(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
    due_at: Option<Timestamp>,
    health: EndpointHealth,
) -> QueryResult<()> {
    diesel::update(webhook_turns::table.find(Col(endpoint)))
        .set((
            webhook_turns::due_at.eq(Col(due_at)),
            webhook_turns::leased_until.eq(Col(None::<Timestamp>)),
            webhook_turns::failures.eq(Col(health.failures)),
            webhook_turns::failing_since.eq(Col(health.failing_since)),
            webhook_turns::rests_until.eq(Col(health.rests_until)),
        ))
        .execute(connection)?;
    Ok(())
}

fn write_attempts(connection: &mut SqliteConnection, turn: &EndedTurn) -> Result<(), StoreError> {
    if turn.attempts.is_empty() {
        return Ok(());
    }
    let endpoint = id(turn.endpoint_id.0);
    let attempt_row = |attempt: &RecordedAttempt| {
        json!([
            endpoint,
            id(attempt.event_id.0),
            attempt.number,
            attempt.at.unix_millis(),
            i32::try_from(attempt.latency.as_millis()).unwrap_or(i32::MAX),
            attempt.status,
            attempt.failure,
            attempt.excerpt.as_ref().map(|sealed| hex(&sealed.0)),
        ])
    };
    let delivery_row = |attempt: &RecordedAttempt| {
        json!([
            endpoint,
            id(attempt.event_id.0),
            attempt.state.code(),
            attempt.due_at.map(Timestamp::unix_millis),
            attempt.number,
            attempt.failed_attempts,
        ])
    };
    let attempts = || turn.attempts.iter();
    set_based(INSERT_ATTEMPTS, attempts().map(attempt_row)).execute(connection)?;
    set_based(UPDATE_DELIVERIES, attempts().map(delivery_row)).execute(connection)?;
    Ok(())
}
