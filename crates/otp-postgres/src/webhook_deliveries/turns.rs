//! The turns of endpoints: claims, and what came of them.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint, WebhookEndpointChange};
use otp_core::webhook::turn::{EndedTurn, MAX_DELIVERIES, RecordedAttempt, WebhookTurn};
use otp_core::webhook::{DeliveryState, EndpointHealth};
use otp_rows::Col;
use otp_rows::rows::{ClaimedTurnRow, FirstDueRow, WebhookDeliveryRow, WebhookEndpointRow};
use otp_rows::schema::{webhook_deliveries, webhook_endpoints, webhook_turns};

use crate::notice_outbox::insert_notices;
use crate::pipeline::try_join;
use crate::statement::{each, statement};
use crate::transaction::Transaction;
use crate::webhook_endpoints::{lock_and_load, write_change};

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
    DueDeliveries { endpoint_id: [WebhookEndpointId], now: Timestamp, most: i64 } -> WebhookDeliveryRow,
    "SELECT endpoint.id AS endpoint_id, endpoint.account_id, due.* \
     FROM unnest({}) AS wanted (id) JOIN webhook_endpoints AS endpoint ON endpoint.id = wanted.id, \
     LATERAL ( \
         SELECT event_id, kind, subject, recipient_index, sequence, at, due_at, attempts, failed_attempts \
         FROM webhook_deliveries AS delivery \
         WHERE delivery.endpoint_id = endpoint.id AND state = 0 AND due_at <= {} \
         ORDER BY due_at, event_id LIMIT {}) AS due \
     ORDER BY due.due_at, due.event_id"
}

statement! {
    /// When the first waiting delivery of an endpoint is due. The state is written out: only then is the index of
    /// those that wait used.
    FirstDue { endpoint_id: WebhookEndpointId } -> FirstDueRow,
    "SELECT due_at FROM webhook_deliveries WHERE endpoint_id = {} AND state = 0 \
     ORDER BY due_at, event_id LIMIT 1"
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
    ///
    /// Each is looked up: while the table is young or not analysed, a join would read all of the endpoint.
    UpdateDeliveries {
        event_id: [WebhookEventId],
        state: [DeliveryState],
        due_at: [Option<Timestamp>],
        attempts: [u32],
        failed_attempts: [u32],
        endpoint_id: WebhookEndpointId,
    },
    "WITH new AS MATERIALIZED ( \
         SELECT * FROM unnest({}, {}, {}, {}, {}) AS new \
             (event_id, state, due_at, attempts, failed_attempts)) \
     UPDATE webhook_deliveries SET \
         state = new.state, \
         due_at = coalesce(new.due_at, webhook_deliveries.due_at), \
         attempts = new.attempts, \
         failed_attempts = new.failed_attempts \
     FROM new \
     WHERE webhook_deliveries.ctid = ANY (ARRAY( \
             SELECT stored.row FROM new, LATERAL ( \
                 SELECT ctid AS row FROM webhook_deliveries AS delivery \
                 WHERE delivery.endpoint_id = {} AND delivery.event_id = new.event_id \
                 OFFSET 0) AS stored)) \
         AND webhook_deliveries.event_id = new.event_id"
}

impl DueDeliveries {
    pub(super) fn of(endpoint_id: Vec<Col<WebhookEndpointId>>, now: Timestamp) -> Self {
        Self {
            endpoint_id,
            now: Col(now),
            most: Col(i64::try_from(MAX_DELIVERIES).unwrap_or(i64::MAX)),
        }
    }
}

/// Loads the endpoints of claimed turns, and what is due. An endpoint that was removed meanwhile is left out.
pub(super) async fn load_turns(
    connection: &AsyncPgConnection,
    claimed: &[ClaimedTurnRow],
    now: Timestamp,
) -> QueryResult<Vec<WebhookTurn>> {
    let mut reader = connection;
    let ids = || claimed.iter().map(ClaimedTurnRow::endpoint_id).map(Col);
    let due = DueDeliveries::of(ids().collect(), now);
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

pub(super) async fn end_turn(transaction: &Transaction, turn: &EndedTurn) -> QueryResult<bool> {
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

/// Prolongs the turn of a listener, and marks what it received; returns `false` if there is none.
pub(super) async fn hold_turn(
    transaction: &Transaction,
    listener: WebhookEndpointId,
    received: &[WebhookEventId],
    until: Timestamp,
) -> QueryResult<bool> {
    let mut connection = transaction.connection();
    let hold = diesel::update(webhook_turns::table.find(Col(listener)))
        .set((
            webhook_turns::due_at.eq(Col(Some(until))),
            webhook_turns::leased_until.eq(Col(Some(until))),
        ))
        .execute(&mut connection);
    let ((), held) = try_join(transaction.begin(), hold).await?;
    if held == 0 || received.is_empty() {
        return Ok(held > 0);
    }
    let received = received.iter().copied().map(Col);
    diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::endpoint_id.eq(Col(listener)))
        .filter(webhook_deliveries::event_id.eq_any(received))
        .set(webhook_deliveries::state.eq(Col(DeliveryState::Delivered)))
        .execute(&mut connection)
        .await?;
    Ok(true)
}

/// Locks the turn; returns `false` if it is no longer this process's.
pub(super) async fn lock_turn(transaction: &Transaction, turn: &EndedTurn) -> QueryResult<bool> {
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

pub(super) async fn load_standing(
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
    let first = FirstDue {
        endpoint_id: Col(endpoint),
    };
    let rows = first.rows(transaction.connection()).await?;
    Ok(rows.into_iter().next().map(Timestamp::from))
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

pub(super) async fn write_attempts(transaction: &Transaction, turn: &EndedTurn) -> QueryResult<()> {
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
