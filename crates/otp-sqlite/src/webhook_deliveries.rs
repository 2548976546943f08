//! The deliveries of events to endpoints, and the endpoints' turns.

mod log;
mod turns;

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::lease::Lease;
use otp_core::ports::{PortError, WebhookBacklog, WebhookDeliveries};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::delivery_log::{DeliveryQuery, Replay, StoredAttempt, StoredDelivery};
use otp_core::webhook::routing::{Routed, route};
use otp_core::webhook::turn::{DueDelivery, EndedTurn, WebhookTurn};
use otp_core::webhook::{DeliveryState, WebhookEvent};
use otp_rows::Col;
use otp_rows::encoding::Instant;
use otp_rows::rows::{RoutingEndpointRow, WebhookBacklogRow, WebhookEventRow};
use serde_json::{Value, json};

#[cfg(test)]
pub(crate) use self::log::{CHOSEN_UNDELIVERED, LIST, LIST_UNDELIVERED};
#[cfg(test)]
pub(crate) use self::turns::{DUE_DELIVERIES, DUE_TURNS, FIRST_DUE};
pub(crate) use self::turns::{load_first_due, set_turn};
use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};
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

pub(crate) const BACKLOG: &str = "
    SELECT (SELECT at FROM webhook_events ORDER BY id LIMIT 1) AS unrouted_since,
        (SELECT due_at FROM webhook_turns
         WHERE due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
         ORDER BY due_at LIMIT 1) AS due_since";

pub(crate) const FORGET: &str = "
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
        lease: Lease,
        room: &Room,
    ) -> Result<Vec<WebhookTurn>, PortError> {
        let left_out: Vec<_> = room.left_out.iter().map(|account| id(account.0)).collect();
        let (left_out, most) = (json!(left_out).to_string(), room.most);
        let asked = left_out.clone();
        let next = self.read("db.webhooks.due", move |connection| {
            turns::due_turns(connection, lease, &asked, 1)
        });
        if next.await?.is_empty() {
            return Ok(Vec::new());
        }
        self.write("db.webhooks.claim", move |connection| {
            let claimed = turns::due_turns(connection, lease, &left_out, most)?;
            let rows = claimed
                .iter()
                .map(|turn| json!([id(turn.endpoint_id().0), lease.until.unix_millis()]));
            set_based(turns::LEASE_TURNS, rows).execute(connection)?;
            turns::load_turns(connection, &claimed, lease.from)
        })
        .await
    }

    async fn end_webhook_turn(&self, turn: &EndedTurn) -> Result<bool, PortError> {
        let turn = turn.clone();
        self.write("db.webhooks.end_turn", move |connection| {
            turns::end_turn(connection, &turn)
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
            log::add(connection, endpoint, event, now)
        })
        .await
    }

    async fn list_webhook_deliveries(
        &self,
        query: &DeliveryQuery,
    ) -> Result<Vec<StoredDelivery>, PortError> {
        let query = *query;
        self.read("db.webhooks.list", move |connection| {
            Ok(log::list(connection, query)?)
        })
        .await
    }

    async fn find_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: WebhookEventId,
    ) -> Result<Option<(StoredDelivery, Vec<StoredAttempt>)>, PortError> {
        self.read("db.webhooks.find", move |connection| {
            Ok(log::find(connection, endpoint, event)?)
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
            log::replay(connection, endpoint, replay, now)
        })
        .await
    }

    async fn hold_listener_turn(
        &self,
        listener: WebhookEndpointId,
        received: &[WebhookEventId],
        until: Timestamp,
    ) -> Result<bool, PortError> {
        let received = received.to_vec();
        self.write("db.webhooks.hold", move |connection| {
            Ok(turns::hold_turn(connection, listener, &received, until)?)
        })
        .await
    }

    async fn list_due_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        now: Timestamp,
    ) -> Result<Vec<DueDelivery>, PortError> {
        self.read("db.webhooks.due_of", move |connection| {
            Ok(turns::due_deliveries(connection, endpoint, now)?)
        })
        .await
    }

    async fn webhook_backlog(&self, now: Timestamp) -> Result<WebhookBacklog, PortError> {
        self.read("db.webhooks.backlog", move |connection| {
            let row: WebhookBacklogRow = diesel::sql_query(BACKLOG)
                .bind::<Instant, _>(Col(now))
                .bind::<Instant, _>(Col(now))
                .get_result(connection)?;
            Ok(row.into())
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
