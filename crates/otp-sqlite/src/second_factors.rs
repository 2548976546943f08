//! Second factors.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::{PersonId, SessionId};
use otp_core::person::SecurityRecord;
use otp_core::person::second_factor::{RecoveryHash, SecondFactor};
use otp_core::ports::{PortError, SecondFactors};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{RecoveryCodeRow, SecondFactorRow};
use otp_rows::schema::{recovery_codes, second_factors};

use crate::SqliteStore;
use crate::persons::keep_record;
use crate::sessions::end_all;

#[async_trait]
impl SecondFactors for SqliteStore {
    async fn enrol_second_factor(&self, factor: &SecondFactor) -> Result<bool, PortError> {
        let (person, row) = (factor.person_id, SecondFactorRow::from(factor));
        self.write("db.second_factors.enrol", move |connection| {
            let unconfirmed = second_factors::table
                .find(Col(person))
                .filter(second_factors::confirmed_at.is_null());
            diesel::delete(unconfirmed).execute(connection)?;
            let kept = diesel::insert_into(second_factors::table)
                .values(row)
                .on_conflict(second_factors::person_id)
                .do_nothing()
                .execute(connection)?;
            Ok(kept > 0)
        })
        .await
    }

    async fn find_second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<SecondFactor>, PortError> {
        self.read("db.second_factors.find", move |connection| {
            let row = second_factors::table
                .find(Col(person))
                .select(SecondFactorRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(SecondFactor::from))
        })
        .await
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
        let record = record.clone();
        self.write("db.second_factors.confirm", move |connection| {
            let unconfirmed = second_factors::table
                .find(Col(person))
                .filter(second_factors::confirmed_at.is_null());
            let confirmed = diesel::update(unconfirmed)
                .set((
                    second_factors::confirmed_at.eq(Col(Some(at))),
                    second_factors::last_step.eq(step),
                ))
                .execute(connection)?;
            if confirmed == 0 {
                return Ok(false);
            }
            end_all(connection, person, Some(keep))?;
            for code in codes {
                diesel::insert_into(recovery_codes::table)
                    .values(code)
                    .execute(connection)?;
            }
            keep_record(connection, record)?;
            Ok(true)
        })
        .await
    }

    async fn use_step(&self, person: PersonId, step: i64) -> Result<bool, PortError> {
        self.write("db.second_factors.use_step", move |connection| {
            let unused = second_factors::table
                .find(Col(person))
                .filter(second_factors::last_step.lt(step));
            let used = diesel::update(unused)
                .set(second_factors::last_step.eq(step))
                .execute(connection)?;
            Ok(used > 0)
        })
        .await
    }

    async fn use_recovery_code(
        &self,
        person: PersonId,
        code: RecoveryHash,
    ) -> Result<bool, PortError> {
        self.write("db.second_factors.use_recovery_code", move |connection| {
            let used = diesel::delete(recovery_codes::table.find((Col(person), Col(code))))
                .execute(connection)?;
            Ok(used > 0)
        })
        .await
    }

    async fn count_recovery_codes(&self, person: PersonId) -> Result<usize, PortError> {
        self.read("db.second_factors.count_codes", move |connection| {
            let count: i64 = recovery_codes::table
                .filter(recovery_codes::person_id.eq(Col(person)))
                .count()
                .get_result(connection)?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
        .await
    }

    async fn remove_second_factor(
        &self,
        person: PersonId,
        keep: Option<SessionId>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let record = record.clone();
        self.write("db.second_factors.remove", move |connection| {
            let removed =
                diesel::delete(second_factors::table.find(Col(person))).execute(connection)?;
            if removed > 0 {
                end_all(connection, person, keep)?;
                keep_record(connection, record)?;
            }
            Ok(removed > 0)
        })
        .await
    }
}
