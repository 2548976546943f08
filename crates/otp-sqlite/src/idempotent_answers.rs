//! Answers to requests with an idempotency key.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::idempotency::{Fingerprint, Judgement, RequestKey, judge};
use otp_core::ports::{IdempotentAnswers, PortError};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::encoding::Instant;
use otp_rows::rows::{BegunRequestRow, StoredRequestRow, read_found};
use otp_rows::schema::idempotent_requests::{self, answer, begun_at};

use crate::SqliteStore;

pub(crate) const REMOVE_OLDER: &str = "
    DELETE FROM idempotent_requests WHERE rowid IN (
        SELECT rowid FROM idempotent_requests WHERE begun_at < ? ORDER BY begun_at LIMIT ?)";

#[async_trait]
impl IdempotentAnswers for SqliteStore {
    async fn begin(
        &self,
        key: RequestKey,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Result<Judgement, PortError> {
        self.write("db.idempotent_answers.begin", move |connection| {
            let found: Option<StoredRequestRow> = idempotent_requests::table
                .find((Col(key.api_key_id), Col(key.hash)))
                .select(StoredRequestRow::as_select())
                .first(connection)
                .optional()?;
            let judgement = judge(read_found(found)?.as_ref(), fingerprint, now);
            if judgement == Judgement::First {
                // A replaced row loses its answer.
                diesel::replace_into(idempotent_requests::table)
                    .values(BegunRequestRow::new(key, fingerprint, now))
                    .execute(connection)?;
            }
            Ok(judgement)
        })
        .await
    }

    async fn finish(
        &self,
        key: RequestKey,
        begun: Timestamp,
        sealed: &Sealed,
    ) -> Result<(), PortError> {
        let sealed = sealed.clone();
        self.write("db.idempotent_answers.finish", move |connection| {
            diesel::update(idempotent_requests::table.find((Col(key.api_key_id), Col(key.hash))))
                .filter(begun_at.eq(Col(begun)))
                .filter(answer.is_null())
                .set(answer.eq(Col(Some(sealed))))
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn forget(&self, key: RequestKey, begun: Timestamp) -> Result<(), PortError> {
        self.write("db.idempotent_answers.forget", move |connection| {
            diesel::delete(idempotent_requests::table.find((Col(key.api_key_id), Col(key.hash))))
                .filter(begun_at.eq(Col(begun)))
                .filter(answer.is_null())
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn remove_older(&self, before: Timestamp, most: usize) -> Result<usize, PortError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.write("db.idempotent_answers.remove_older", move |connection| {
            Ok(diesel::sql_query(REMOVE_OLDER)
                .bind::<Instant, _>(Col(before))
                .bind::<BigInt, _>(most)
                .execute(connection)?)
        })
        .await
    }
}
