//! The log of deliveries, and their replay.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::time::Timestamp;
use otp_core::webhook::WebhookEvent;
use otp_core::webhook::delivery_log::{
    DeliveryFilter, DeliveryQuery, MAX_REPLAYED, Replay, StoredAttempt, StoredDelivery,
};
use otp_core::webhook::routing::{Routed, RoutingEndpoint};
use otp_rows::Col;
use otp_rows::encoding::Id;
use otp_rows::rows::{LoggedDeliveryRow, ReplayedRow, RoutingEndpointRow, StoredAttemptRow};
use serde_json::json;

use super::{SET_TURNS, insert_deliveries};
use crate::errors::StoreError;
use crate::set_based::{id, set_based};

/// Selects deliveries of an endpoint with the result of their last attempt.
macro_rules! logged {
    ($condition:literal) => {
        concat!(
            "SELECT e.account_id, d.event_id, d.kind, d.subject, d.recipient_index, d.sequence, d.at,
                d.state, d.due_at, d.attempts, a.latency_ms, a.status, a.failure
            FROM webhook_deliveries AS d CROSS JOIN webhook_endpoints AS e
                LEFT JOIN webhook_attempts AS a
                ON a.endpoint_id = d.endpoint_id AND a.event_id = d.event_id AND a.number = d.attempts
            WHERE d.endpoint_id = ? AND e.id = d.endpoint_id AND ",
            $condition
        )
    };
}

/// The deliveries of an endpoint, newest first.
pub(crate) const LIST: &str = logged!("d.event_id < ? ORDER BY d.event_id DESC LIMIT ?");

/// Those that it has not accepted. The state is written out: only then is their index used.
pub(crate) const LIST_UNDELIVERED: &str =
    logged!("d.state <> 1 AND d.event_id < ? ORDER BY d.event_id DESC LIMIT ?");

const FIND: &str = logged!("d.event_id = ?");

const ATTEMPTS: &str = "
    SELECT number, at, latency_ms, status, failure, excerpt FROM webhook_attempts
    WHERE endpoint_id = ? AND event_id = ? ORDER BY number";

const CHOSEN: &str = "
    SELECT event_id FROM webhook_deliveries
    WHERE endpoint_id = ? AND event_id >= ? AND event_id < ? ORDER BY event_id LIMIT ?";

pub(crate) const CHOSEN_UNDELIVERED: &str = "
    SELECT event_id FROM webhook_deliveries
    WHERE endpoint_id = ? AND state <> 1 AND event_id >= ? AND event_id < ? ORDER BY event_id LIMIT ?";

const REPLAY: &str = "
    UPDATE webhook_deliveries SET state = 0, failed_attempts = 0, due_at = again.value ->> 2
    FROM json_each(?) AS again
    WHERE webhook_deliveries.endpoint_id = unhex(again.value ->> 0)
      AND webhook_deliveries.event_id = unhex(again.value ->> 1)";

const ENDPOINT_OF: &str = "
    SELECT e.id, e.account_id, e.events, e.standing, t.due_at, t.failures, t.failing_since, t.rests_until
    FROM webhook_endpoints AS e CROSS JOIN webhook_turns AS t
    WHERE e.id = ? AND t.endpoint_id = e.id";

pub(super) fn list(
    connection: &mut SqliteConnection,
    query: DeliveryQuery,
) -> QueryResult<Vec<StoredDelivery>> {
    let statement = match query.filter {
        DeliveryFilter::All => LIST,
        DeliveryFilter::Undelivered => LIST_UNDELIVERED,
    };
    let rows: Vec<LoggedDeliveryRow> = diesel::sql_query(statement)
        .bind::<Id, _>(Col(query.endpoint_id))
        .bind::<Id, _>(Col(query.before_id()))
        .bind::<BigInt, _>(i64::try_from(query.limit).unwrap_or(i64::MAX))
        .load(connection)?;
    Ok(rows.into_iter().map(StoredDelivery::from).collect())
}

/// Returns a delivery with its attempts, oldest first.
pub(super) fn find(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
    event: WebhookEventId,
) -> QueryResult<Option<(StoredDelivery, Vec<StoredAttempt>)>> {
    let found: Vec<LoggedDeliveryRow> = diesel::sql_query(FIND)
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
}

pub(super) fn add(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
    event: WebhookEvent,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(found) = find_endpoint(connection, endpoint)? else {
        return Err(StoreError::Missing("webhook endpoint with that id"));
    };
    let turn = found.next_turn(now).map(|due_at| (endpoint, due_at));
    let routed = Routed {
        deliveries: vec![(endpoint, event)],
        turns: turn.into_iter().collect(),
    };
    insert_deliveries(connection, &routed, now)
}

pub(super) fn replay(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
    replay: Replay,
    now: Timestamp,
) -> Result<Vec<WebhookEventId>, StoreError> {
    let Some(found) = find_endpoint(connection, endpoint)? else {
        return Ok(Vec::new());
    };
    let (from, until) = replay.bounds();
    let statement = match replay.filter() {
        DeliveryFilter::All => CHOSEN,
        DeliveryFilter::Undelivered => CHOSEN_UNDELIVERED,
    };
    let chosen: Vec<ReplayedRow> = diesel::sql_query(statement)
        .bind::<Id, _>(Col(endpoint))
        .bind::<Id, _>(Col(from))
        .bind::<Id, _>(Col(until))
        .bind::<BigInt, _>(i64::try_from(MAX_REPLAYED).unwrap_or(i64::MAX))
        .load(connection)?;
    let chosen: Vec<_> = chosen.into_iter().map(WebhookEventId::from).collect();
    let endpoint = id(endpoint.0);
    let rows = chosen.iter();
    let rows = rows.map(|event| json!([endpoint, id(event.0), now.unix_millis()]));
    set_based(REPLAY, rows).execute(connection)?;
    if let Some(due_at) = found.next_turn(now).filter(|_| !chosen.is_empty()) {
        let turn = json!([endpoint, due_at.unix_millis()]);
        set_based(SET_TURNS, [turn]).execute(connection)?;
    }
    Ok(chosen)
}

fn find_endpoint(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
) -> QueryResult<Option<RoutingEndpoint>> {
    let found: Vec<RoutingEndpointRow> = diesel::sql_query(ENDPOINT_OF)
        .bind::<Id, _>(Col(endpoint))
        .load(connection)?;
    Ok(found.into_iter().next().map(RoutingEndpoint::from))
}
