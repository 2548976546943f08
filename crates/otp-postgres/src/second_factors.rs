//! Second factors.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::{PersonId, SessionId};
use otp_core::person::SecurityRecord;
use otp_core::person::second_factor::{RecoveryHash, SecondFactor};
use otp_core::ports::{PortError, SecondFactors};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{RecoveryCodeRow, SecondFactorRow};
use otp_rows::schema::{persons, recovery_codes, second_factors};

use crate::PgStore;
use crate::errors::port_error;
use crate::persons::keep_record;
use crate::pipeline::{try_join, try_join3};
use crate::sessions::end_all;
use crate::transaction::Transaction;

#[async_trait]
impl SecondFactors for PgStore {
    async fn enrol_second_factor(&self, factor: &SecondFactor) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let enrolled = enrol(&transaction, factor).await;
        transaction.finish(enrolled.map_err(port_error)).await
    }

    async fn find_second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<SecondFactor>, PortError> {
        let row = second_factors::table
            .find(Col(person))
            .select(SecondFactorRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(SecondFactor::from))
    }

    async fn confirm_second_factor(
        &self,
        person: PersonId,
        step: i64,
        at: Timestamp,
        recovery_codes: &[RecoveryHash],
        keep: SessionId,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let codes = RecoveryCodeRow::of(person, recovery_codes);
        let transaction = Transaction::on(self.connection().await?);
        let of = (person, keep);
        let confirmed = confirm(&transaction, of, (step, at), codes, record).await;
        transaction.finish(confirmed.map_err(port_error)).await
    }

    async fn use_step(&self, person: PersonId, step: i64) -> Result<bool, PortError> {
        let unused = second_factors::table
            .find(Col(person))
            .filter(second_factors::last_step.lt(step));
        let used = diesel::update(unused)
            .set(second_factors::last_step.eq(step))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(used > 0)
    }

    async fn use_recovery_code(
        &self,
        person: PersonId,
        code: RecoveryHash,
    ) -> Result<bool, PortError> {
        let used = diesel::delete(recovery_codes::table.find((Col(person), Col(code))))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(used > 0)
    }

    async fn count_recovery_codes(&self, person: PersonId) -> Result<usize, PortError> {
        let count: i64 = recovery_codes::table
            .filter(recovery_codes::person_id.eq(Col(person)))
            .count()
            .get_result(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    async fn remove_second_factor(
        &self,
        person: PersonId,
        keep: Option<SessionId>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let removed = remove(&transaction, person, keep, record).await;
        transaction.finish(removed.map_err(port_error)).await
    }
}

async fn enrol(transaction: &Transaction, factor: &SecondFactor) -> QueryResult<bool> {
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    let unconfirmed = second_factors::table
        .find(Col(factor.person_id))
        .filter(second_factors::confirmed_at.is_null());
    let replaced = diesel::delete(unconfirmed).execute(&mut first);
    let insert = diesel::insert_into(second_factors::table)
        .values(SecondFactorRow::from(factor))
        .on_conflict(second_factors::person_id)
        .do_nothing()
        .execute(&mut second);
    let ((), _, kept) = try_join3(transaction.begin(), replaced, insert).await?;
    Ok(kept > 0)
}

async fn confirm(
    transaction: &Transaction,
    (person, keep): (PersonId, SessionId),
    (step, at): (i64, Timestamp),
    codes: Vec<RecoveryCodeRow>,
    record: &SecurityRecord,
) -> QueryResult<bool> {
    let mut first = transaction.connection();
    let unconfirmed = second_factors::table
        .find(Col(person))
        .filter(second_factors::confirmed_at.is_null());
    let update = diesel::update(unconfirmed)
        .set((
            second_factors::confirmed_at.eq(Col(Some(at))),
            second_factors::last_step.eq(step),
        ))
        .execute(&mut first);
    // A sign-in waits for this, or this for it.
    let mut other = transaction.connection();
    let lock = persons::table
        .find(Col(person))
        .select(persons::id)
        .for_update()
        .execute(&mut other);
    let ((), _, confirmed) = try_join3(transaction.begin(), lock, update).await?;
    if confirmed == 0 {
        return Ok(false);
    }
    let kept = diesel::insert_into(recovery_codes::table)
        .values(codes)
        .execute(&mut first);
    let ended = end_all(transaction.connection(), person, Some(keep));
    try_join(kept, ended).await?;
    keep_record(transaction.connection(), record).await?;
    Ok(true)
}

async fn remove(
    transaction: &Transaction,
    person: PersonId,
    keep: Option<SessionId>,
    record: &SecurityRecord,
) -> QueryResult<bool> {
    let mut connection = transaction.connection();
    let delete = diesel::delete(second_factors::table.find(Col(person))).execute(&mut connection);
    let ((), removed) = try_join(transaction.begin(), delete).await?;
    if removed > 0 {
        end_all(transaction.connection(), person, keep).await?;
        keep_record(transaction.connection(), record).await?;
    }
    Ok(removed > 0)
}
