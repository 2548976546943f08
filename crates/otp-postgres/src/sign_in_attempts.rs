//! Attempts to sign in.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::person::sign_in::SignInFailures;
use otp_core::ports::{PortError, SignInAttempts};
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::SignInFailuresRow;
use otp_rows::schema::sign_in_failures;

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join3;
use crate::transaction::Transaction;

#[async_trait]
impl SignInAttempts for PgStore {
    async fn count_attempt(
        &self,
        email: PersonIndex,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let counted = count(&transaction, email, now).await;
        transaction.finish(counted).await
    }

    async fn clear_attempts(&self, email: PersonIndex) -> Result<(), PortError> {
        diesel::delete(sign_in_failures::table.find(Col(email)))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn forget_attempts(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let connection = &mut self.connection().await?;
        let old: Vec<Col<PersonIndex>> = sign_in_failures::table
            .filter(sign_in_failures::last_at.lt(Col(before)))
            .order(sign_in_failures::last_at)
            .limit(limit)
            .select(sign_in_failures::email_index)
            .load(connection)
            .await
            .map_err(port_error)?;
        // One that failed again meanwhile stays.
        let forgotten = sign_in_failures::table
            .filter(sign_in_failures::email_index.eq_any(old))
            .filter(sign_in_failures::last_at.lt(Col(before)));
        let forgotten = diesel::delete(forgotten).execute(connection).await;
        forgotten.map_err(port_error)
    }
}

async fn count(
    transaction: &Transaction,
    email: PersonIndex,
    now: Timestamp,
) -> Result<Option<Timestamp>, PortError> {
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    // A row that does not exist cannot be locked, so there is one before the first failure.
    let none = SignInFailuresRow::new(email, SignInFailures::default(), now);
    let ensure = diesel::insert_into(sign_in_failures::table)
        .values(none)
        .on_conflict_do_nothing()
        .execute(&mut first);
    let lock = sign_in_failures::table
        .find(Col(email))
        .select(SignInFailuresRow::as_select())
        .for_update()
        .first(&mut second);
    let locked = try_join3(transaction.begin(), ensure, lock).await;
    let ((), _, row) = locked.map_err(port_error)?;
    let failures = SignInFailures::try_from(row)?;
    if let Some(again) = failures.may_try_at(now) {
        return Ok(Some(again));
    }
    let row = SignInFailuresRow::new(email, failures.after_another(now), now);
    diesel::update(sign_in_failures::table.find(Col(email)))
        .set(row)
        .execute(&mut first)
        .await
        .map_err(port_error)?;
    Ok(None)
}
