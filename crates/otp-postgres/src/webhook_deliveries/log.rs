//! The log of deliveries, and their replay.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::time::Timestamp;
use otp_core::webhook::WebhookEvent;
use otp_core::webhook::delivery_log::{DeliveryFilter, MAX_REPLAYED, Replay};
use otp_core::webhook::routing::{Routed, RoutingEndpoint};
use otp_rows::Col;
use otp_rows::rows::{LoggedDeliveryRow, ReplayedRow, RoutingEndpointRow, StoredAttemptRow};

use super::{SetTurns, insert_deliveries};
use crate::pipeline::try_join;
use crate::statement::statement;
use crate::transaction::Transaction;

/// Selects deliveries of an endpoint with the result of their last attempt.
macro_rules! logged {
    ($condition:literal) => {
        concat!(
            "SELECT endpoint.account_id, delivery.event_id, kind, subject, recipient_index, sequence, \
                 delivery.at, state, due_at, attempts, latency_ms, status, failure \
             FROM webhook_deliveries AS delivery \
             JOIN webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id \
             LEFT JOIN webhook_attempts AS attempt \
                 ON attempt.endpoint_id = delivery.endpoint_id \
                 AND attempt.event_id = delivery.event_id AND attempt.number = delivery.attempts \
             WHERE delivery.endpoint_id = {} AND ",
            $condition
        )
    };
}

statement! {
    /// The deliveries of an endpoint, newest first.
    List { endpoint_id: WebhookEndpointId, before: WebhookEventId, limit: i64 } -> LoggedDeliveryRow,
    logged!("delivery.event_id < {} ORDER BY delivery.event_id DESC LIMIT {}")
}

statement! {
    /// Those that it has not accepted. The state is written out: only then is their index used.
    ListUndelivered { endpoint_id: WebhookEndpointId, before: WebhookEventId, limit: i64 } -> LoggedDeliveryRow,
    logged!("state <> 1 AND delivery.event_id < {} ORDER BY delivery.event_id DESC LIMIT {}")
}

statement! {
    /// One delivery of an endpoint.
    Find { endpoint_id: WebhookEndpointId, event_id: WebhookEventId } -> LoggedDeliveryRow,
    logged!("delivery.event_id = {}")
}

statement! {
    /// The attempts of a delivery.
    Attempts { endpoint_id: WebhookEndpointId, event_id: WebhookEventId } -> StoredAttemptRow,
    "SELECT number, at, latency_ms, status, failure, excerpt FROM webhook_attempts \
     WHERE endpoint_id = {} AND event_id = {} ORDER BY number"
}

/// Makes deliveries due again.
macro_rules! replay {
    ($condition:literal) => {
        concat!(
            "WITH chosen AS MATERIALIZED ( \
                 SELECT event_id FROM webhook_deliveries \
                 WHERE endpoint_id = {} AND event_id >= {} AND event_id < {}",
            $condition,
            " ORDER BY event_id LIMIT {}), \
             replayed AS ( \
                 UPDATE webhook_deliveries SET state = 0, failed_attempts = 0, due_at = {} \
                 FROM chosen WHERE endpoint_id = {} AND webhook_deliveries.event_id = chosen.event_id \
                 RETURNING webhook_deliveries.event_id) \
             SELECT event_id FROM replayed ORDER BY event_id"
        )
    };
}

statement! {
    /// Makes all deliveries of a range due again.
    ReplayDeliveries {
        endpoint_id: WebhookEndpointId,
        from: WebhookEventId,
        until: WebhookEventId,
        most: i64,
        due_at: Timestamp,
        again_of: WebhookEndpointId,
    }
    -> ReplayedRow,
    replay!("")
}

statement! {
    /// Makes those of a range due again that the endpoint has not accepted.
    ReplayUndelivered {
        endpoint_id: WebhookEndpointId,
        from: WebhookEventId,
        until: WebhookEventId,
        most: i64,
        due_at: Timestamp,
        again_of: WebhookEndpointId,
    }
    -> ReplayedRow,
    replay!(" AND state <> 1")
}

statement! {
    /// An endpoint with its turn, which is locked.
    EndpointOf { id: WebhookEndpointId } -> RoutingEndpointRow,
    "SELECT endpoint.id, endpoint.account_id, events, standing, due_at, failures, failing_since, \
         rests_until \
     FROM webhook_endpoints AS endpoint \
     JOIN webhook_turns AS turn ON turn.endpoint_id = endpoint.id \
     WHERE endpoint.id = {} FOR UPDATE OF turn"
}

/// Adds a delivery; returns `false` if there is no such endpoint.
pub(super) async fn add(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
    event: &WebhookEvent,
    now: Timestamp,
) -> QueryResult<bool> {
    let Some(locked) = lock_turn(transaction, endpoint).await? else {
        return Ok(false);
    };
    let turn = locked.next_turn(now).map(|due_at| (endpoint, due_at));
    let routed = Routed {
        deliveries: vec![(endpoint, *event)],
        turns: turn.into_iter().collect(),
    };
    insert_deliveries(transaction.connection(), &routed, now).await?;
    Ok(true)
}

pub(super) async fn replay(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
    replay: Replay,
    now: Timestamp,
) -> QueryResult<Vec<WebhookEventId>> {
    let Some(locked) = lock_turn(transaction, endpoint).await? else {
        return Ok(Vec::new());
    };
    let (from, until) = replay.bounds();
    let (from, until) = (Col(from), Col(until));
    let (endpoint_id, again_of, due_at) = (Col(endpoint), Col(endpoint), Col(now));
    let most = Col(i64::try_from(MAX_REPLAYED).unwrap_or(i64::MAX));
    let replayed = match replay.filter() {
        DeliveryFilter::All => {
            let replay = ReplayDeliveries {
                endpoint_id,
                from,
                until,
                most,
                due_at,
                again_of,
            };
            replay.rows(transaction.connection()).await?
        }
        DeliveryFilter::Undelivered => {
            let replay = ReplayUndelivered {
                endpoint_id,
                from,
                until,
                most,
                due_at,
                again_of,
            };
            replay.rows(transaction.connection()).await?
        }
    };
    if let Some(due_at) = locked.next_turn(now).filter(|_| !replayed.is_empty()) {
        let set = SetTurns {
            endpoint_id: vec![Col(endpoint)],
            due_at: vec![Col(due_at)],
        };
        set.execute(&mut transaction.connection()).await?;
    }
    Ok(replayed.into_iter().map(WebhookEventId::from).collect())
}

/// Begins the transaction, and locks the turn of an endpoint; `None` if there is no such endpoint.
async fn lock_turn(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
) -> QueryResult<Option<RoutingEndpoint>> {
    let endpoint = EndpointOf { id: Col(endpoint) };
    let locked = endpoint.rows(transaction.connection());
    let ((), locked) = try_join(transaction.begin(), locked).await?;
    Ok(locked.into_iter().next().map(RoutingEndpoint::from))
}
