//! The outbox: notices that wait to be sent.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::NoticeId;
use otp_core::lease::Lease;
use otp_core::notice::{MailNotice, NoticeOutcome, NoticeState, QueuedNotice};
use otp_core::ports::{MAX_WAITING_NOTICES, NoticeOutbox, OutboxBacklog, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{NoticeRow, read_all};
use otp_rows::schema::notices;
use serde_json::{Value, json};

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{id, set_based};

const INSERT: &str = "
    INSERT INTO notices
        (id, account_id, kind, details, language, created_at, state, due_at, attempts)
    SELECT id, account_id, kind, details, language, created_at, 0, created_at, 0
    FROM (
        SELECT unhex(value ->> 0) AS id, unhex(value ->> 1) AS account_id, value ->> 2 AS kind,
               value ->> 3 AS details, value ->> 4 AS language, value ->> 5 AS created_at,
               value ->> 6 AS max_waiting, key,
               row_number() OVER (PARTITION BY value ->> 1 ORDER BY key) AS place
        FROM json_each(?)) AS new
    WHERE place + (SELECT count(*) FROM notices AS waiting
        WHERE waiting.account_id = new.account_id AND waiting.state = 0) <= max_waiting
    ORDER BY key
    ON CONFLICT (id) DO NOTHING";

const RECORD: &str = "
    UPDATE notices SET
        state = outcome.value ->> 2,
        due_at = iif(outcome.value ->> 2 = 0, outcome.value ->> 3, due_at),
        finished_at = iif(outcome.value ->> 2 = 0, NULL, outcome.value ->> 3),
        failure = outcome.value ->> 4
    FROM json_each(?) AS outcome
    WHERE notices.id = unhex(outcome.value ->> 0)
      AND notices.attempts = outcome.value ->> 1
      AND notices.state = 0";

#[async_trait]
impl NoticeOutbox for SqliteStore {
    async fn enqueue(&self, notices: &[MailNotice]) -> Result<(), PortError> {
        let notices = notices.to_vec();
        self.write("db.outbox.enqueue", move |connection| {
            insert_notices(connection, &notices)
        })
        .await
    }

    async fn claim(&self, lease: Lease, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.write("db.outbox.claim", move |connection| {
            let due: Vec<Col<NoticeId>> = notices::table
                .filter(notices::state.eq(Col(NoticeState::Waiting)))
                .filter(notices::due_at.le(Col(lease.from)))
                .order((notices::due_at, notices::id))
                .limit(limit)
                .select(notices::id)
                .load(connection)?;
            let rows = diesel::update(notices::table.filter(notices::id.eq_any(due)))
                .set((
                    notices::due_at.eq(Col(lease.until)),
                    notices::attempts.eq(notices::attempts + 1),
                ))
                .returning(NoticeRow::as_returning())
                .get_results(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn record(&self, outcomes: &[NoticeOutcome]) -> Result<(), PortError> {
        let rows: Vec<_> = outcomes.iter().map(outcome_row).collect();
        self.write("db.outbox.record", move |connection| {
            set_based(RECORD, rows).execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list_unsent(&self, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.outbox.list_unsent", move |connection| {
            let rows = notices::table
                .filter(
                    notices::state.eq_any([Col(NoticeState::Waiting), Col(NoticeState::GivenUp)]),
                )
                .order((notices::created_at, notices::id))
                .limit(limit)
                .select(NoticeRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn backlog(&self) -> Result<OutboxBacklog, PortError> {
        self.read("db.outbox.backlog", |connection| {
            let waiting = || notices::table.filter(notices::state.eq(Col(NoticeState::Waiting)));
            let count: i64 = waiting().count().get_result(connection)?;
            let oldest: Option<Col<Timestamp>> = waiting()
                .order(notices::created_at)
                .select(notices::created_at)
                .first(connection)
                .optional()?;
            Ok(OutboxBacklog {
                waiting: u64::try_from(count).unwrap_or_default(),
                oldest: oldest.map(|oldest| oldest.0),
            })
        })
        .await
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<(), PortError> {
        self.write("db.outbox.forget_ended", move |connection| {
            let ended = notices::state.ne(Col(NoticeState::Waiting));
            let long_ago = notices::finished_at.lt(Col(Some(before)));
            diesel::delete(notices::table.filter(ended).filter(long_ago)).execute(connection)?;
            Ok(())
        })
        .await
    }
}

/// Writes notices; runs in a write transaction.
pub(crate) fn insert_notices(
    connection: &mut SqliteConnection,
    notices: &[MailNotice],
) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    set_based(INSERT, notices.iter().map(notice_row)).execute(connection)?;
    Ok(())
}

fn notice_row(notice: &MailNotice) -> Value {
    json!([
        id(notice.id.0),
        id(notice.account_id.0),
        notice.kind.code(),
        notice.kind.details(),
        notice.language.map(|language| language.code()),
        notice.created_at.unix_millis(),
        MAX_WAITING_NOTICES,
    ])
}

fn outcome_row(outcome: &NoticeOutcome) -> Value {
    json!([
        id(outcome.id.0),
        outcome.attempt,
        outcome.state.code(),
        outcome.at.unix_millis(),
        outcome.failure,
    ])
}
