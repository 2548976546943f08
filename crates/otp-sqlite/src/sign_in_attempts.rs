//! Attempts to sign in.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::person::sign_in::SignInFailures;
use otp_core::ports::{PortError, SignInAttempts};
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{SignInFailuresRow, read_found};
use otp_rows::schema::sign_in_failures;

use crate::SqliteStore;

#[async_trait]
impl SignInAttempts for SqliteStore {
    async fn count_attempt(
        &self,
        email: PersonIndex,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        // A transaction that writes has the database to itself, which locks the count too.
        self.write("db.sign_in_attempts.count", move |connection| {
            let row = sign_in_failures::table
                .find(Col(email))
                .select(SignInFailuresRow::as_select())
                .first(connection)
                .optional()?;
            let failures: SignInFailures = read_found(row)?.unwrap_or_default();
            if let Some(again) = failures.may_try_at(now) {
                return Ok(Some(again));
            }
            let row = SignInFailuresRow::new(email, failures.after_another(now), now);
            diesel::replace_into(sign_in_failures::table)
                .values(row)
                .execute(connection)?;
            Ok(None)
        })
        .await
    }

    async fn clear_attempts(&self, email: PersonIndex) -> Result<(), PortError> {
        self.write("db.sign_in_attempts.clear", move |connection| {
            diesel::delete(sign_in_failures::table.find(Col(email))).execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn forget_attempts(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.write("db.sign_in_attempts.forget", move |connection| {
            let old: Vec<Col<PersonIndex>> = sign_in_failures::table
                .filter(sign_in_failures::last_at.lt(Col(before)))
                .order(sign_in_failures::last_at)
                .limit(limit)
                .select(sign_in_failures::email_index)
                .load(connection)?;
            let old = sign_in_failures::table.filter(sign_in_failures::email_index.eq_any(old));
            Ok(diesel::delete(old).execute(connection)?)
        })
        .await
    }
}
