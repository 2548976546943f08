//! Answers to requests with an idempotency key.
//!
//! A first request costs one statement to begin and one to end. No lock is held between two statements:
//! each changes a row only if it is still the one that was judged.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::idempotency::{Fingerprint, Judgement, RequestKey, StoredRequest, judge};
use otp_core::ports::{IdempotentAnswers, PortError};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{BegunRequestRow, StoredRequestRow, read_found};
use otp_rows::schema::idempotent_requests::{self, answer, begun_at, fingerprint};

use crate::PgStore;
use crate::connect::PgConnection;
use crate::errors::port_error;
use crate::statement::statement;

/// A request that begins judges its key again if another one changed it meanwhile. Each time, the other
/// one ended or was taken over.
const MAX_JUDGEMENTS: usize = 8;

statement! {
    /// Removes the oldest requests. It skips those that another session is removing.
    RemoveOlder { before: Timestamp, most: i64 },
    "DELETE FROM idempotent_requests USING ( \
         SELECT api_key_id, key_hash FROM idempotent_requests WHERE begun_at < {} \
         ORDER BY begun_at LIMIT {} FOR UPDATE SKIP LOCKED) AS old \
     WHERE idempotent_requests.api_key_id = old.api_key_id \
         AND idempotent_requests.key_hash = old.key_hash"
}

#[async_trait]
impl IdempotentAnswers for PgStore {
    async fn begin(
        &self,
        key: RequestKey,
        print: Fingerprint,
        now: Timestamp,
    ) -> Result<Judgement, PortError> {
        let mut connection = self.connection().await?;
        for _ in 0..MAX_JUDGEMENTS {
            if insert(&mut connection, key, print, now).await? {
                return Ok(judge(None, print, now));
            }
            let Some(stored) = find(&mut connection, key).await? else {
                continue;
            };
            let judgement = judge(Some(&stored), print, now);
            if judgement != Judgement::First
                || replace(&mut connection, key, &stored, print, now).await?
            {
                return Ok(judgement);
            }
        }
        let busy = "requests with one idempotency key replaced each other";
        Err(PortError::Unavailable(busy.into()))
    }

    async fn finish(
        &self,
        key: RequestKey,
        begun: Timestamp,
        sealed: &Sealed,
    ) -> Result<(), PortError> {
        diesel::update(idempotent_requests::table.find((Col(key.api_key_id), Col(key.hash))))
            .filter(begun_at.eq(Col(begun)))
            .filter(answer.is_null())
            .set(answer.eq(Col(Some(sealed.clone()))))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn forget(&self, key: RequestKey, begun: Timestamp) -> Result<(), PortError> {
        diesel::delete(idempotent_requests::table.find((Col(key.api_key_id), Col(key.hash))))
            .filter(begun_at.eq(Col(begun)))
            .filter(answer.is_null())
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn remove_older(&self, before: Timestamp, most: usize) -> Result<usize, PortError> {
        let remove = RemoveOlder {
            before: Col(before),
            most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
        };
        let removed = remove.execute(&mut self.connection().await?).await;
        removed.map_err(port_error)
    }
}

/// Records a request unless there is one with its key, and returns whether it was recorded.
async fn insert(
    connection: &mut PgConnection,
    key: RequestKey,
    print: Fingerprint,
    now: Timestamp,
) -> Result<bool, PortError> {
    let inserted = diesel::insert_into(idempotent_requests::table)
        .values(BegunRequestRow::new(key, print, now))
        .on_conflict_do_nothing()
        .execute(connection)
        .await;
    Ok(inserted.map_err(port_error)? > 0)
}

async fn find(
    connection: &mut PgConnection,
    key: RequestKey,
) -> Result<Option<StoredRequest>, PortError> {
    let row: Option<StoredRequestRow> = idempotent_requests::table
        .find((Col(key.api_key_id), Col(key.hash)))
        .select(StoredRequestRow::as_select())
        .first(connection)
        .await
        .optional()
        .map_err(port_error)?;
    Ok(read_found(row)?)
}

/// Replaces the judged request, and returns whether it was still there. A request that is replaced began at
/// another time, so its time identifies it.
async fn replace(
    connection: &mut PgConnection,
    key: RequestKey,
    judged: &StoredRequest,
    print: Fingerprint,
    now: Timestamp,
) -> Result<bool, PortError> {
    let stored = idempotent_requests::table.find((Col(key.api_key_id), Col(key.hash)));
    let replaced = diesel::update(stored)
        .filter(begun_at.eq(Col(judged.begun_at)))
        .filter(answer.is_not_distinct_from(Col(judged.answer.clone())))
        .set((
            fingerprint.eq(Col(print)),
            begun_at.eq(Col(now)),
            answer.eq(Col(None::<Sealed>)),
        ))
        .execute(connection)
        .await;
    Ok(replaced.map_err(port_error)? > 0)
}
