//! The deliveries of events to endpoints, and the endpoints' turns.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::ports::{PortError, WebhookDeliveries};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::delivery_log::{
    DeliveryQuery, MAX_REPLAYED, Replay, StoredAttempt, StoredDelivery,
};
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint, WebhookEndpointChange};
use otp_core::webhook::routing::{Routed, RoutingEndpoint, route};
use otp_core::webhook::turn::{EndedTurn, MAX_DELIVERIES, RecordedAttempt, WebhookTurn};
use otp_core::webhook::{DeliveryState, EndpointHealth, WebhookEvent, WebhookEventKind};
use otp_rows::Col;
use otp_rows::rows::{
    ClaimedTurnRow, DueDeliveryRow, ReplayedRow, RoutingEndpointRow, StoredAttemptRow,
    StoredDeliveryRow, WebhookEndpointRow, WebhookEventRow,
};
use otp_rows::schema::{webhook_deliveries, webhook_endpoints, webhook_turns};
use uuid::Uuid;

use crate::PgStore;
use crate::errors::{conflict, port_error};
use crate::notice_outbox::insert_notices;
use crate::pipeline::try_join;
use crate::statement::{each, statement};
use crate::transaction::Transaction;
use crate::webhook_endpoints::{lock_and_load, write_change};
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
    /// Claims due turns that no other session is claiming. Without MATERIALIZED, PostgreSQL might choose
    /// anew for each row.
    ClaimTurns {
        due: Timestamp,
        now: Timestamp,
        left_out: [AccountId],
        most: i64,
        leased_until: Timestamp,
    }
    -> ClaimedTurnRow,
    "WITH due AS MATERIALIZED ( \
         SELECT endpoint_id FROM webhook_turns \
         WHERE due_at <= {} AND (leased_until IS NULL OR leased_until <= {}) \
             AND account_id <> ALL({}) \
         ORDER BY due_at, endpoint_id LIMIT {} FOR UPDATE SKIP LOCKED) \
     UPDATE webhook_turns SET leased_until = {} \
     FROM due WHERE webhook_turns.endpoint_id = due.endpoint_id \
     RETURNING webhook_turns.endpoint_id, leased_until, failures, failing_since, rests_until"
}

statement! {
    /// The first due deliveries of each endpoint.
    DueDeliveries { endpoint_id: [WebhookEndpointId], now: Timestamp, most: i64 } -> DueDeliveryRow,
    "SELECT endpoint.id AS endpoint_id, endpoint.account_id, due.* \
     FROM unnest({}) AS wanted (id) JOIN webhook_endpoints AS endpoint ON endpoint.id = wanted.id, \
     LATERAL ( \
         SELECT event_id, kind, subject, recipient_index, sequence, at, attempts, failed_attempts, \
             due_at \
         FROM webhook_deliveries AS delivery \
         WHERE delivery.endpoint_id = endpoint.id AND state = 0 AND due_at <= {} \
         ORDER BY due_at, event_id LIMIT {}) AS due \
     ORDER BY due.due_at, due.event_id"
}

statement! {
    /// Adds attempts.
    InsertAttempts {
        endpoint_id: WebhookEndpointId,
        event_id: [WebhookEventId],
        number: [u32],
        at: [Timestamp],
        latency_ms: [i32],
        status: [Option<i16>],
        failure: [Option<String>],
        excerpt: [Option<Sealed>],
    },
    "INSERT INTO webhook_attempts \
         (endpoint_id, event_id, number, at, latency_ms, status, failure, excerpt) \
     SELECT {}, event_id, number, at, latency_ms, status, failure, excerpt \
     FROM unnest({}, {}, {}, {}, {}, {}, {}) AS new \
         (event_id, number, at, latency_ms, status, failure, excerpt)"
}

statement! {
    /// Records what becomes of deliveries.
    UpdateDeliveries {
        event_id: [WebhookEventId],
        state: [DeliveryState],
        due_at: [Option<Timestamp>],
        attempts: [u32],
        failed_attempts: [u32],
        endpoint_id: WebhookEndpointId,
    },
    "UPDATE webhook_deliveries SET \
         state = new.state, \
         due_at = coalesce(new.due_at, webhook_deliveries.due_at), \
         attempts = new.attempts, \
         failed_attempts = new.failed_attempts \
     FROM unnest({}, {}, {}, {}, {}) AS new (event_id, state, due_at, attempts, failed_attempts) \
     WHERE webhook_deliveries.endpoint_id = {} AND webhook_deliveries.event_id = new.event_id"
}

statement! {
    /// The deliveries of an endpoint, newest first.
    List { endpoint_id: WebhookEndpointId, before: WebhookEventId, limit: i64 } -> StoredDeliveryRow,
    "SELECT endpoint.account_id, event_id, kind, subject, recipient_index, sequence, at, state, due_at, \
         attempts \
     FROM webhook_deliveries AS delivery \
     JOIN webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id \
     WHERE endpoint_id = {} AND event_id < {} ORDER BY event_id DESC LIMIT {}"
}

statement! {
    /// One delivery of an endpoint.
    Find { endpoint_id: WebhookEndpointId, event_id: WebhookEventId } -> StoredDeliveryRow,
    "SELECT endpoint.account_id, event_id, kind, subject, recipient_index, sequence, at, state, due_at, \
         attempts \
     FROM webhook_deliveries AS delivery \
     JOIN webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id \
     WHERE endpoint_id = {} AND event_id = {}"
}

statement! {
    /// The attempts of a delivery.
    Attempts { endpoint_id: WebhookEndpointId, event_id: WebhookEventId } -> StoredAttemptRow,
    "SELECT number, at, latency_ms, status, failure, excerpt FROM webhook_attempts \
     WHERE endpoint_id = {} AND event_id = {} ORDER BY number"
}

statement! {
    /// Makes deliveries due again.
    ReplayDeliveries {
        endpoint_id: WebhookEndpointId,
        from: WebhookEventId,
        until: WebhookEventId,
        most: i64,
        due_at: Timestamp,
        again_of: WebhookEndpointId,
    }
    -> ReplayedRow,
    "WITH chosen AS MATERIALIZED ( \
         SELECT event_id FROM webhook_deliveries \
         WHERE endpoint_id = {} AND event_id >= {} AND event_id < {} ORDER BY event_id LIMIT {}), \
     replayed AS ( \
         UPDATE webhook_deliveries SET state = 0, failed_attempts = 0, due_at = {} \
         FROM chosen WHERE endpoint_id = {} AND webhook_deliveries.event_id = chosen.event_id \
         RETURNING webhook_deliveries.event_id) \
     SELECT event_id FROM replayed ORDER BY event_id"
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
        let routed = self::route_events(&transaction, now, most).await;
        transaction.finish(routed.map_err(port_error)).await
    }

    async fn claim_webhook_turns(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        room: &Room,
    ) -> Result<Vec<WebhookTurn>, PortError> {
        let connection = self.connection().await?;
        let claim = ClaimTurns {
            due: Col(now),
            now: Col(now),
            left_out: each(&room.left_out, |account| *account),
            most: Col(i64::try_from(room.most).unwrap_or(i64::MAX)),
            leased_until: Col(leased_until),
        };
        let claimed = claim.rows(&connection).await.map_err(port_error)?;
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let turns = load_turns(&connection, &claimed, now).await;
        turns.map_err(port_error)
    }

    async fn end_webhook_turn(&self, turn: &EndedTurn) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let ended = end_turn(&transaction, turn).await;
        transaction.finish(ended.map_err(port_error)).await
    }

    async fn add_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: &WebhookEvent,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let added = add(&transaction, endpoint, event, now).await;
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
        let list = List {
            endpoint_id: Col(query.endpoint_id),
            before: Col(query.before_id()),
            limit: Col(i64::try_from(query.limit).unwrap_or(i64::MAX)),
        };
        let rows = list.rows(&*self.connection().await?).await;
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
        let find = Find {
            endpoint_id,
            event_id,
        };
        let attempts = Attempts {
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
        let replayed = self::replay(&transaction, endpoint, replay, now).await;
        transaction.finish(replayed.map_err(port_error)).await
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

/// Adds a delivery; returns `false` if there is no such endpoint.
async fn add(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
    event: &WebhookEvent,
    now: Timestamp,
) -> QueryResult<bool> {
    let Some(due_at) = next_turn(transaction, endpoint, now).await? else {
        return Ok(false);
    };
    let routed = Routed {
        deliveries: vec![(endpoint, *event)],
        turns: [(endpoint, due_at)].into(),
    };
    insert_deliveries(transaction.connection(), &routed, now).await?;
    Ok(true)
}

async fn replay(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
    replay: Replay,
    now: Timestamp,
) -> QueryResult<Vec<WebhookEventId>> {
    let Some(due_at) = next_turn(transaction, endpoint, now).await? else {
        return Ok(Vec::new());
    };
    let (from, until) = replay.bounds();
    let connection = transaction.connection();
    let replay = ReplayDeliveries {
        endpoint_id: Col(endpoint),
        from: Col(from),
        until: Col(until),
        most: Col(i64::try_from(MAX_REPLAYED).unwrap_or(i64::MAX)),
        due_at: Col(now),
        again_of: Col(endpoint),
    };
    let replayed = replay.rows(connection).await?;
    if !replayed.is_empty() {
        let set = SetTurns {
            endpoint_id: vec![Col(endpoint)],
            due_at: vec![Col(due_at)],
        };
        set.execute(&mut transaction.connection()).await?;
    }
    Ok(replayed.into_iter().map(WebhookEventId::from).collect())
}

/// Begins the transaction, locks the turn of an endpoint, and returns when it is if something is due now.
async fn next_turn(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    let endpoint = EndpointOf { id: Col(endpoint) };
    let locked = endpoint.rows(transaction.connection());
    let ((), locked) = try_join(transaction.begin(), locked).await?;
    let locked = locked.into_iter().next().map(RoutingEndpoint::from);
    Ok(locked.map(|endpoint| endpoint.next_turn(now)))
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

/// Loads the endpoints of claimed turns, and what is due. An endpoint that was removed meanwhile is left out.
async fn load_turns(
    connection: &AsyncPgConnection,
    claimed: &[ClaimedTurnRow],
    now: Timestamp,
) -> QueryResult<Vec<WebhookTurn>> {
    let mut reader = connection;
    let ids = || claimed.iter().map(ClaimedTurnRow::endpoint_id).map(Col);
    let due = DueDeliveries {
        endpoint_id: ids().collect(),
        now: Col(now),
        most: Col(i64::try_from(MAX_DELIVERIES).unwrap_or(i64::MAX)),
    };
    let endpoints = webhook_endpoints::table
        .filter(webhook_endpoints::id.eq_any(ids()))
        .select(WebhookEndpointRow::as_select())
        .load(&mut reader);
    let (endpoints, due) = try_join(endpoints, due.rows(connection)).await?;
    let turns = endpoints.into_iter().filter_map(|endpoint| {
        let endpoint = WebhookEndpoint::from(endpoint);
        let claimed = claimed.iter().find(|row| row.endpoint_id() == endpoint.id);
        Some(claimed?.of(endpoint))
    });
    let mut turns: Vec<_> = turns.collect();
    due.into_iter().for_each(|row| row.add_to(&mut turns));
    Ok(turns)
}

async fn end_turn(transaction: &Transaction, turn: &EndedTurn) -> QueryResult<bool> {
    transaction.begin().await?;
    // Whatever locks an account does so first.
    let existing = match turn.disabled {
        Some(_) => lock_and_load(transaction, turn.account_id).await?,
        None => Vec::new(),
    };
    if !lock_turn(transaction, turn).await? {
        return Ok(false);
    }
    write_attempts(transaction, turn).await?;
    let standing = match turn.disabled {
        Some(reason) => {
            let change = WebhookEndpointChange::disable(reason);
            let id = turn.endpoint_id;
            let changed = write_change(transaction, existing, id, &change).await?;
            changed.map(|endpoint| endpoint.standing)
        }
        None => load_standing(transaction, turn.endpoint_id).await?,
    };
    insert_notices(transaction.connection(), turn.notice().as_slice()).await?;
    let first_due = load_first_due(transaction, turn.endpoint_id).await?;
    let due_at = standing.and_then(|standing| turn.next_turn(standing, first_due));
    set_turn(transaction, turn.endpoint_id, due_at, turn.health).await?;
    Ok(true)
}

/// Locks the turn; returns `false` if it is no longer this process's.
async fn lock_turn(transaction: &Transaction, turn: &EndedTurn) -> QueryResult<bool> {
    let locked: Option<Col<WebhookEndpointId>> = webhook_turns::table
        .find(Col(turn.endpoint_id))
        .filter(webhook_turns::leased_until.eq(Col(Some(turn.leased_until))))
        .select(webhook_turns::endpoint_id)
        .for_no_key_update()
        .first(&mut transaction.connection())
        .await
        .optional()?;
    Ok(locked.is_some())
}

async fn load_standing(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
) -> QueryResult<Option<EndpointStanding>> {
    let standing: Option<Col<EndpointStanding>> = webhook_endpoints::table
        .find(Col(endpoint))
        .select(webhook_endpoints::standing)
        .first(&mut transaction.connection())
        .await
        .optional()?;
    Ok(standing.map(|standing| standing.0))
}

/// Returns when the first of an endpoint's waiting deliveries is due.
pub(crate) async fn load_first_due(
    transaction: &Transaction,
    endpoint: WebhookEndpointId,
) -> QueryResult<Option<Timestamp>> {
    let first: Col<Option<Timestamp>> = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(Col(endpoint)))
        .filter(webhook_deliveries::state.eq(Col(DeliveryState::Waiting)))
        .select(diesel::dsl::min(webhook_deliveries::due_at))
        .first(&mut transaction.connection())
        .await?;
    Ok(first.0)
}

/// Sets when an endpoint has its next turn, and its health. No process has its turn any more.
pub(crate) async fn set_turn(
    transaction: &Transaction,
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
        .execute(&mut transaction.connection())
        .await?;
    Ok(())
}

async fn write_attempts(transaction: &Transaction, turn: &EndedTurn) -> QueryResult<()> {
    if turn.attempts.is_empty() {
        return Ok(());
    }
    let attempts = || turn.attempts.iter();
    let number = || each(attempts(), |attempt| attempt.number);
    let latency = |attempt: &RecordedAttempt| attempt.latency.as_millis().try_into();
    let insert = InsertAttempts {
        endpoint_id: Col(turn.endpoint_id),
        event_id: each(attempts(), |attempt| attempt.event_id),
        number: number(),
        at: each(attempts(), |attempt| attempt.at),
        latency_ms: each(attempts(), |attempt| latency(attempt).unwrap_or(i32::MAX)),
        status: each(attempts(), |attempt| attempt.status?.try_into().ok()),
        failure: each(attempts(), |attempt| attempt.failure.map(str::to_owned)),
        excerpt: each(attempts(), |attempt| attempt.excerpt.clone()),
    };
    let update = UpdateDeliveries {
        event_id: each(attempts(), |attempt| attempt.event_id),
        state: each(attempts(), |attempt| attempt.state),
        due_at: each(attempts(), |attempt| attempt.due_at),
        attempts: number(),
        failed_attempts: each(attempts(), |attempt| attempt.failed_attempts),
        endpoint_id: Col(turn.endpoint_id),
    };
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    try_join(insert.execute(&mut first), update.execute(&mut second)).await?;
    Ok(())
}
