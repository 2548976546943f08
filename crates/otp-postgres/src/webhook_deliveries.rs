//! The deliveries of events to endpoints, and the endpoints' turns.

mod log;
mod turns;

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::lease::Lease;
use otp_core::ports::{PortError, WebhookBacklog, WebhookDeliveries};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::delivery_log::{
    DeliveryFilter, DeliveryQuery, Replay, StoredAttempt, StoredDelivery,
};
use otp_core::webhook::routing::{Routed, route};
use otp_core::webhook::turn::{DueDelivery, EndedTurn, WebhookTurn};
use otp_core::webhook::{DeliveryState, WebhookEvent, WebhookEventKind};
use otp_rows::Col;
use otp_rows::rows::{RoutingEndpointRow, WebhookBacklogRow, WebhookEventRow};
use uuid::Uuid;

pub(crate) use self::turns::{load_first_due, set_turn};
use crate::PgStore;
use crate::errors::{conflict, port_error};
use crate::pipeline::try_join;
use crate::statement::{each, statement};
use crate::transaction::Transaction;
use crate::webhook_events::insert_wanted_events;

statement! {
    /// Takes the events that no other session is routing.
    TakeEvents { most: i64 } -> WebhookEventRow,
    "WITH first AS MATERIALIZED ( \
         SELECT id FROM webhook_events ORDER BY id LIMIT {} FOR UPDATE SKIP LOCKED) \
     DELETE FROM webhook_events USING first WHERE webhook_events.id = first.id \
     RETURNING webhook_events.id, account_id, kind, subject, recipient_index, sequence, at"
}

statement! {
    /// The endpoints of accounts, with their turns, which are locked.
    EndpointsOf { account_id: [AccountId] } -> RoutingEndpointRow,
    "SELECT endpoint.id, endpoint.account_id, events, standing, due_at, failures, failing_since, \
         rests_until \
     FROM webhook_endpoints AS endpoint \
     JOIN webhook_turns AS turn ON turn.endpoint_id = endpoint.id \
     WHERE endpoint.account_id = ANY({}) \
     ORDER BY turn.endpoint_id FOR UPDATE OF turn"
}

statement! {
    /// Adds deliveries that are due at once. One that exists stays as it is.
    InsertDeliveries {
        state: DeliveryState,
        due_at: Timestamp,
        endpoint_id: [WebhookEndpointId],
        event_id: [WebhookEventId],
        kind: [WebhookEventKind],
        subject: [Uuid],
        recipient_index: [Option<RecipientIndex>],
        sequence: [i64],
        at: [Timestamp],
    },
    "INSERT INTO webhook_deliveries \
         (endpoint_id, event_id, kind, subject, recipient_index, sequence, at, state, due_at, \
          attempts, failed_attempts) \
     SELECT endpoint_id, event_id, kind, subject, recipient_index, sequence, at, {}, {}, 0, 0 \
     FROM unnest({}, {}, {}, {}, {}, {}, {}) AS new \
         (endpoint_id, event_id, kind, subject, recipient_index, sequence, at) \
     ON CONFLICT (endpoint_id, event_id) DO NOTHING"
}

statement! {
    /// Sets the times of turns.
    SetTurns { endpoint_id: [WebhookEndpointId], due_at: [Timestamp] },
    "UPDATE webhook_turns SET due_at = new.due_at \
     FROM unnest({}, {}) AS new (endpoint_id, due_at) \
     WHERE webhook_turns.endpoint_id = new.endpoint_id"
}

statement! {
    /// Since when events wait to be routed, and turns to be claimed.
    Backlog { due: Timestamp, now: Timestamp } -> WebhookBacklogRow,
    "SELECT (SELECT at FROM webhook_events ORDER BY id LIMIT 1) AS unrouted_since, \
         (SELECT due_at FROM webhook_turns \
          WHERE due_at <= {} AND (leased_until IS NULL OR leased_until <= {}) \
          ORDER BY due_at LIMIT 1) AS due_since"
}

statement! {
    /// Removes deliveries of old events, with their attempts.
    Forget { before: Timestamp, most: i64 },
    "DELETE FROM webhook_deliveries WHERE ctid = ANY (ARRAY( \
         SELECT ctid FROM webhook_deliveries WHERE at < {} ORDER BY at LIMIT {}))"
}

#[async_trait]
impl WebhookDeliveries for PgStore {
    async fn add_webhook_events(&self, events: &[WebhookEvent]) -> Result<(), PortError> {
        let connection = self.connection().await?;
        let added = insert_wanted_events(&connection, events.to_vec()).await;
        added.map_err(port_error)
    }

    async fn route_webhook_events(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let routed = route_events(&transaction, now, most).await;
        transaction.finish(routed.map_err(port_error)).await
    }

    async fn claim_webhook_turns(
        &self,
        lease: Lease,
        room: &Room,
    ) -> Result<Vec<WebhookTurn>, PortError> {
        let connection = self.connection().await?;
        let claim = turns::ClaimTurns {
            due: Col(lease.from),
            now: Col(lease.from),
            left_out: each(&room.left_out, |account| *account),
            most: Col(i64::try_from(room.most).unwrap_or(i64::MAX)),
            leased_until: Col(lease.until),
        };
        let claimed = claim.rows(&connection).await.map_err(port_error)?;
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let turns = turns::load_turns(&connection, &claimed, lease.from).await;
        turns.map_err(port_error)
    }

    async fn end_webhook_turn(&self, turn: &EndedTurn) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let ended = turns::end_turn(&transaction, turn).await;
        transaction.finish(ended.map_err(port_error)).await
    }

    async fn add_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: &WebhookEvent,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let added = log::add(&transaction, endpoint, event, now).await;
        let added = added.map_err(port_error).and_then(|added| {
            let missing = || conflict("no webhook endpoint has that id");
            added.then_some(()).ok_or_else(missing)
        });
        transaction.finish(added).await
    }

    async fn list_webhook_deliveries(
        &self,
        query: &DeliveryQuery,
    ) -> Result<Vec<StoredDelivery>, PortError> {
        let (endpoint_id, before) = (Col(query.endpoint_id), Col(query.before_id()));
        let limit = Col(i64::try_from(query.limit).unwrap_or(i64::MAX));
        let connection = self.connection().await?;
        let rows = match query.filter {
            DeliveryFilter::All => {
                let list = log::List {
                    endpoint_id,
                    before,
                    limit,
                };
                list.rows(&connection).await
            }
            DeliveryFilter::Undelivered => {
                let list = log::ListUndelivered {
                    endpoint_id,
                    before,
                    limit,
                };
                list.rows(&connection).await
            }
        };
        let rows = rows.map_err(port_error)?.into_iter();
        Ok(rows.map(StoredDelivery::from).collect())
    }

    async fn find_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: WebhookEventId,
    ) -> Result<Option<(StoredDelivery, Vec<StoredAttempt>)>, PortError> {
        let (endpoint_id, event_id) = (Col(endpoint), Col(event));
        let connection = self.connection().await?;
        let find = log::Find {
            endpoint_id,
            event_id,
        };
        let attempts = log::Attempts {
            endpoint_id,
            event_id,
        };
        let found = try_join(find.rows(&connection), attempts.rows(&connection)).await;
        let (found, attempts) = found.map_err(port_error)?;
        let attempts = attempts.into_iter().map(StoredAttempt::from).collect();
        let found = found.into_iter().next();
        Ok(found.map(|row| (row.into(), attempts)))
    }

    async fn replay_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        replay: Replay,
        now: Timestamp,
    ) -> Result<Vec<WebhookEventId>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let replayed = log::replay(&transaction, endpoint, replay, now).await;
        transaction.finish(replayed.map_err(port_error)).await
    }

    async fn hold_listener_turn(
        &self,
        listener: WebhookEndpointId,
        received: &[WebhookEventId],
        until: Timestamp,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let held = turns::hold_turn(&transaction, listener, received, until).await;
        transaction.finish(held.map_err(port_error)).await
    }

    async fn list_due_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        now: Timestamp,
    ) -> Result<Vec<DueDelivery>, PortError> {
        let due = turns::DueDeliveries::of(vec![Col(endpoint)], now);
        let rows = due.rows(&*self.connection().await?).await;
        let rows = rows.map_err(port_error)?.into_iter();
        Ok(rows.map(DueDelivery::from).collect())
    }

    async fn webhook_backlog(&self, now: Timestamp) -> Result<WebhookBacklog, PortError> {
        let backlog = Backlog {
            due: Col(now),
            now: Col(now),
        };
        let rows = backlog.rows(&*self.connection().await?).await;
        let row = rows.map_err(port_error)?.into_iter().next();
        Ok(row.map_or_else(WebhookBacklog::default, WebhookBacklog::from))
    }

    async fn forget_webhook_deliveries(
        &self,
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let forget = Forget {
            before: Col(before),
            most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
        };
        let forgotten = forget.execute(&mut self.connection().await?).await;
        forgotten.map_err(port_error)
    }
}

async fn route_events(
    transaction: &Transaction,
    now: Timestamp,
    most: usize,
) -> QueryResult<usize> {
    let connection = transaction.connection();
    let take = TakeEvents {
        most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
    };
    let ((), events) = try_join(transaction.begin(), take.rows(connection)).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let events: Vec<_> = events.into_iter().map(WebhookEvent::from).collect();
    let accounts: BTreeSet<_> = events.iter().map(|event| event.account_id).collect();
    let account_id = each(accounts, |account| account);
    let endpoints = EndpointsOf { account_id }.rows(connection).await?;
    let endpoints: Vec<_> = endpoints.into_iter().map(Into::into).collect();
    let routed = route(&events, &endpoints, now);
    insert_deliveries(connection, &routed, now).await?;
    Ok(events.len())
}

async fn insert_deliveries(
    connection: &AsyncPgConnection,
    routed: &Routed,
    now: Timestamp,
) -> QueryResult<()> {
    if routed.deliveries.is_empty() {
        return Ok(());
    }
    let (mut first, mut second) = (connection, connection);
    let new = || routed.deliveries.iter();
    let insert = InsertDeliveries {
        state: Col(DeliveryState::Waiting),
        due_at: Col(now),
        endpoint_id: each(new(), |(endpoint, _)| *endpoint),
        event_id: each(new(), |(_, event)| event.id),
        kind: each(new(), |(_, event)| event.kind),
        subject: each(new(), |(_, event)| event.subject),
        recipient_index: each(new(), |(_, event)| event.recipient_index),
        sequence: each(new(), |(_, event)| event.sequence),
        at: each(new(), |(_, event)| event.at),
    };
    let set = SetTurns {
        endpoint_id: each(routed.turns.keys(), |endpoint| *endpoint),
        due_at: each(routed.turns.values(), |due_at| *due_at),
    };
    try_join(insert.execute(&mut first), set.execute(&mut second)).await?;
    Ok(())
}
