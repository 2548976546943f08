//! The outbox: notices that wait to be sent.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, NoticeId};
use otp_core::lease::Lease;
use otp_core::notice::{MailNotice, NoticeOutcome, NoticeState, QueuedNotice};
use otp_core::ports::{MAX_WAITING_NOTICES, NoticeOutbox, OutboxBacklog, PortError};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_rows::Col;
use otp_rows::rows::{NoticeRow, read_all};
use otp_rows::schema::notices;

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::{each, statement};

statement! {
    /// Adds notices in the order given, up to a limit for each account. It does not change a notice that
    /// exists.
    InsertNotices {
        id: [NoticeId],
        account_id: [AccountId],
        kind: [i16],
        details: [String],
        language: [Option<UiLanguage>],
        created_at: [Timestamp],
        max_waiting: i64,
    },
    "INSERT INTO notices \
         (id, account_id, kind, details, language, created_at, state, due_at, attempts) \
     SELECT id, account_id, kind, details, language, created_at, 0, created_at, 0 \
     FROM (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY position) AS place \
         FROM unnest({}, {}, {}, {}, {}, {}) WITH ORDINALITY AS notice \
             (id, account_id, kind, details, language, created_at, position)) AS new \
     WHERE place + (SELECT count(*) FROM notices \
         WHERE notices.account_id = new.account_id AND notices.state = 0) <= {} \
     ORDER BY position \
     ON CONFLICT (id) DO NOTHING"
}

statement! {
    /// Claims due notices that no other session is claiming. Without MATERIALIZED, PostgreSQL might
    /// choose anew for each row.
    ClaimNotices {
        now: Timestamp,
        limit: i64,
        lease_until: Timestamp,
    }
    -> NoticeRow,
    "WITH due AS MATERIALIZED ( \
         SELECT id FROM notices WHERE state = 0 AND due_at <= {} \
         ORDER BY due_at, id LIMIT {} FOR UPDATE SKIP LOCKED) \
     UPDATE notices SET due_at = {}, attempts = attempts + 1 \
     FROM due WHERE notices.id = due.id \
     RETURNING notices.id, account_id, kind, details, language, created_at, state, due_at, \
         attempts, failure"
}

statement! {
    /// Records the outcomes of the latest claims. It skips the outcome of an earlier claim.
    RecordOutcomes {
        id: [NoticeId],
        attempt: [u32],
        state: [NoticeState],
        at: [Timestamp],
        failure: [Option<String>],
    },
    "UPDATE notices SET \
         state = outcome.state, \
         due_at = CASE WHEN outcome.state = 0 THEN outcome.at ELSE notices.due_at END, \
         finished_at = CASE WHEN outcome.state = 0 THEN NULL ELSE outcome.at END, \
         failure = outcome.failure \
     FROM unnest({}, {}, {}, {}, {}) AS outcome (id, attempt, state, at, failure) \
     WHERE notices.id = outcome.id AND notices.attempts = outcome.attempt AND notices.state = 0"
}

#[async_trait]
impl NoticeOutbox for PgStore {
    async fn enqueue(&self, notices: &[MailNotice]) -> Result<(), PortError> {
        let connection = self.connection().await?;
        insert_notices(&connection, notices)
            .await
            .map_err(port_error)
    }

    async fn claim(&self, lease: Lease, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let claim = ClaimNotices {
            now: Col(lease.from),
            limit: Col(i64::try_from(limit).unwrap_or(i64::MAX)),
            lease_until: Col(lease.until),
        };
        let rows = claim.rows(&*self.connection().await?).await;
        Ok(read_all(rows.map_err(port_error)?)?)
    }

    async fn record(&self, outcomes: &[NoticeOutcome]) -> Result<(), PortError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let record = RecordOutcomes {
            id: each(outcomes, |outcome| outcome.id),
            attempt: each(outcomes, |outcome| outcome.attempt),
            state: each(outcomes, |outcome| outcome.state),
            at: each(outcomes, |outcome| outcome.at),
            failure: each(outcomes, |outcome| outcome.failure.clone()),
        };
        record
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_unsent(&self, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let rows = notices::table
            .filter(notices::state.eq_any([Col(NoticeState::Waiting), Col(NoticeState::GivenUp)]))
            .order((notices::created_at, notices::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(NoticeRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn backlog(&self) -> Result<OutboxBacklog, PortError> {
        let waiting = || notices::table.filter(notices::state.eq(Col(NoticeState::Waiting)));
        let mut connection = self.connection().await?;
        let count: i64 = waiting()
            .count()
            .get_result(&mut connection)
            .await
            .map_err(port_error)?;
        let oldest: Option<Col<Timestamp>> = waiting()
            .order(notices::created_at)
            .select(notices::created_at)
            .first(&mut connection)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(OutboxBacklog {
            waiting: u64::try_from(count).unwrap_or_default(),
            oldest: oldest.map(|oldest| oldest.0),
        })
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<(), PortError> {
        diesel::delete(notices::table)
            .filter(notices::state.ne(Col(NoticeState::Waiting)))
            .filter(notices::finished_at.lt(Col(Some(before))))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }
}

/// Writes notices, in a transaction or as a single statement.
pub(crate) async fn insert_notices(
    mut connection: &AsyncPgConnection,
    notices: &[MailNotice],
) -> QueryResult<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let insert = InsertNotices {
        id: each(notices, |notice| notice.id),
        account_id: each(notices, |notice| notice.account_id),
        kind: each(notices, |notice| notice.kind.code()),
        details: each(notices, |notice| notice.kind.details()),
        language: each(notices, |notice| notice.language),
        created_at: each(notices, |notice| notice.created_at),
        max_waiting: Col(i64::try_from(MAX_WAITING_NOTICES).unwrap_or(i64::MAX)),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}
