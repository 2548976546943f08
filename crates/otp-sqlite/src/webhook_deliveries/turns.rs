//! The turns of endpoints: claims, and what came of them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::lease::Lease;
use otp_core::time::Timestamp;
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpointChange};
use otp_core::webhook::turn::{
    DueDelivery, EndedTurn, MAX_DELIVERIES, RecordedAttempt, WebhookTurn,
};
use otp_core::webhook::{DeliveryState, EndpointHealth};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{ClaimedTurnRow, FirstDueRow, WebhookDeliveryRow, WebhookEndpointRow};
use otp_rows::schema::{webhook_deliveries, webhook_endpoints, webhook_turns};
use serde_json::json;

use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::set_based::{hex, id, set_based};
use crate::webhook_endpoints::{load, write_change};

pub(crate) const DUE_TURNS: &str = "
    SELECT endpoint_id, ? AS leased_until, failures, failing_since, rests_until
    FROM webhook_turns
    WHERE due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
      AND account_id NOT IN (SELECT unhex(value) FROM json_each(?))
    ORDER BY due_at, endpoint_id LIMIT ?";

pub(super) const LEASE_TURNS: &str = "
    UPDATE webhook_turns SET leased_until = lease.value ->> 1
    FROM json_each(?) AS lease WHERE webhook_turns.endpoint_id = unhex(lease.value ->> 0)";

/// The first due deliveries of an endpoint.
pub(crate) const DUE_DELIVERIES: &str = "
    SELECT d.endpoint_id, e.account_id, d.event_id, d.kind, d.subject, d.recipient_index, d.sequence, d.at,
        d.attempts, d.failed_attempts
    FROM webhook_deliveries AS d CROSS JOIN webhook_endpoints AS e
    WHERE d.endpoint_id = ? AND d.state = 0 AND d.due_at <= ? AND e.id = d.endpoint_id
    ORDER BY d.due_at, d.event_id LIMIT ?";

/// The state is written out: only then is the index of those that wait used.
pub(crate) const FIRST_DUE: &str = "
    SELECT due_at FROM webhook_deliveries WHERE endpoint_id = ? AND state = 0
    ORDER BY due_at, event_id LIMIT 1";

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

pub(super) fn due_turns(
    connection: &mut SqliteConnection,
    lease: Lease,
    left_out: &str,
    most: usize,
) -> Result<Vec<ClaimedTurnRow>, StoreError> {
    let due = diesel::sql_query(DUE_TURNS)
        .bind::<Instant, _>(Col(lease.until))
        .bind::<Instant, _>(Col(lease.from))
        .bind::<Instant, _>(Col(lease.from))
        .bind::<Text, _>(left_out)
        .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX));
    Ok(due.load(connection)?)
}

/// Loads the endpoints of claimed turns, and what is due.
pub(super) fn load_turns(
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
        turn.due = due_deliveries(connection, claimed.endpoint_id(), now)?;
        turns.push(turn);
    }
    Ok(turns)
}

pub(super) fn due_deliveries(
    connection: &mut SqliteConnection,
    endpoint: WebhookEndpointId,
    now: Timestamp,
) -> QueryResult<Vec<DueDelivery>> {
    let due: Vec<WebhookDeliveryRow> = diesel::sql_query(DUE_DELIVERIES)
        .bind::<Id, _>(Col(endpoint))
        .bind::<Instant, _>(Col(now))
        .bind::<BigInt, _>(i64::try_from(MAX_DELIVERIES).unwrap_or(i64::MAX))
        .load(connection)?;
    Ok(due.into_iter().map(DueDelivery::from).collect())
}

/// Prolongs the turn of a listener, and marks what it received; returns `false` if there is none.
pub(super) fn hold_turn(
    connection: &mut SqliteConnection,
    listener: WebhookEndpointId,
    received: &[WebhookEventId],
    until: Timestamp,
) -> QueryResult<bool> {
    let held = diesel::update(webhook_turns::table.find(Col(listener)))
        .set((
            webhook_turns::due_at.eq(Col(Some(until))),
            webhook_turns::leased_until.eq(Col(Some(until))),
        ))
        .execute(connection)?;
    let received = received.iter().copied().map(Col);
    diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::endpoint_id.eq(Col(listener)))
        .filter(webhook_deliveries::event_id.eq_any(received))
        .set(webhook_deliveries::state.eq(Col(DeliveryState::Delivered)))
        .execute(connection)?;
    Ok(held > 0)
}

pub(super) fn end_turn(
    connection: &mut SqliteConnection,
    turn: &EndedTurn,
) -> Result<bool, StoreError> {
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
    let first: Option<FirstDueRow> = diesel::sql_query(FIRST_DUE)
        .bind::<Id, _>(Col(endpoint))
        .get_result(connection)
        .optional()?;
    Ok(first.map(Timestamp::from))
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
