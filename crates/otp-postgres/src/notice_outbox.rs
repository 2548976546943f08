//! The outbox: notices that wait to be mailed.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::notice::{MailNotice, NoticeOutcome, NoticeState, QueuedNotice};
use otp_core::ports::{MAX_WAITING, NoticeOutbox, PortError};
use otp_core::time::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::PgStore;
use crate::errors::port_error;
use crate::rows::{NoticeRow, read_all};
use crate::schema::notices;
use crate::statement::statement;

type Uuids = sql_types::Array<sql_types::Uuid>;
type Integers = sql_types::Array<sql_types::Integer>;
type Smallints = sql_types::Array<sql_types::SmallInt>;
type NullableSmallints = sql_types::Array<sql_types::Nullable<sql_types::SmallInt>>;
type Texts = sql_types::Array<sql_types::Text>;
type NullableTexts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// Adds notices in the order given, up to a bound for each account; one that is there already
    /// stays as it is.
    InsertNotices {
        id: Vec<Uuid> => Uuids,
        account_id: Vec<Uuid> => Uuids,
        kind: Vec<i16> => Smallints,
        details: Vec<String> => Texts,
        language: Vec<Option<i16>> => NullableSmallints,
        created_at: Vec<OffsetDateTime> => Instants,
        max_waiting: i64 => sql_types::BigInt,
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
    /// Takes due notices that nobody else is about to take. The choice is materialized, or it might
    /// be made again for each row.
    ClaimNotices {
        now: OffsetDateTime => sql_types::Timestamptz,
        limit: i64 => sql_types::BigInt,
        lease_until: OffsetDateTime => sql_types::Timestamptz,
    }
    -> (
        sql_types::Uuid,
        sql_types::Uuid,
        sql_types::SmallInt,
        sql_types::Text,
        sql_types::Nullable<sql_types::SmallInt>,
        sql_types::Timestamptz,
        sql_types::SmallInt,
        sql_types::Timestamptz,
        sql_types::Integer,
        sql_types::Nullable<sql_types::Text>,
    ),
    "WITH due AS MATERIALIZED ( \
         SELECT id FROM notices WHERE state = 0 AND due_at <= {} \
         ORDER BY due_at, id LIMIT {} FOR UPDATE SKIP LOCKED) \
     UPDATE notices SET due_at = {}, attempts = attempts + 1 \
     FROM due WHERE notices.id = due.id \
     RETURNING notices.id, account_id, kind, details, language, created_at, state, due_at, \
         attempts, failure"
}

statement! {
    /// Records what came of the last claims; what another claim says of them is passed over.
    RecordOutcomes {
        id: Vec<Uuid> => Uuids,
        attempt: Vec<i32> => Integers,
        state: Vec<i16> => Smallints,
        at: Vec<OffsetDateTime> => Instants,
        failure: Vec<Option<String>> => NullableTexts,
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

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<QueuedNotice>, PortError> {
        let claim = ClaimNotices {
            now: now.into(),
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
            lease_until: lease_until.into(),
        };
        let rows: Vec<NoticeRow> = claim
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn record(&self, outcomes: &[NoticeOutcome]) -> Result<(), PortError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let of = || outcomes.iter();
        let record = RecordOutcomes {
            id: of().map(|outcome| outcome.id.0).collect(),
            attempt: of()
                .map(|outcome| i32::try_from(outcome.attempt).unwrap_or(i32::MAX))
                .collect(),
            state: of().map(|outcome| outcome.state.code()).collect(),
            at: of().map(|outcome| outcome.at.into()).collect(),
            failure: of().map(|outcome| outcome.failure.clone()).collect(),
        };
        record
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_unsent(&self, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let rows = notices::table
            .filter(notices::state.ne(NoticeState::Sent.code()))
            .order((notices::created_at, notices::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(NoticeRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<(), PortError> {
        diesel::delete(notices::table)
            .filter(notices::state.ne(NoticeState::Waiting.code()))
            .filter(notices::finished_at.lt(OffsetDateTime::from(before)))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }
}

/// Writes notices, in a transaction or as a statement of its own.
pub(crate) async fn insert_notices(
    mut connection: &AsyncPgConnection,
    notices: &[MailNotice],
) -> QueryResult<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let of = || notices.iter();
    let insert = InsertNotices {
        id: of().map(|notice| notice.id.0).collect(),
        account_id: of().map(|notice| notice.account_id.0).collect(),
        kind: of().map(|notice| notice.kind.code()).collect(),
        details: of().map(|notice| notice.kind.details()).collect(),
        language: of().map(|notice| Some(notice.language?.code())).collect(),
        created_at: of().map(|notice| notice.created_at.into()).collect(),
        max_waiting: i64::try_from(MAX_WAITING).unwrap_or(i64::MAX),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}
