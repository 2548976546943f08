//! Reviewer numbers.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::ids::AccountId;
use otp_core::ports::{PortError, ReviewerNumbers};
use otp_core::reviewer::{ReviewerNumber, judge};
use otp_core::sealing::RecipientIndex;
use otp_rows::Col;
use otp_rows::rows::ReviewerNumberRow;
use otp_rows::schema::reviewer_numbers;

use crate::SqliteStore;
use crate::audit_trail::{append, append_if_changed};

#[async_trait]
impl ReviewerNumbers for SqliteStore {
    async fn add_reviewer_number(
        &self,
        number: &ReviewerNumber,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let (number, entry) = (number.clone(), entry.clone());
        // A transaction that writes has the database to itself, which locks the account too.
        self.write("db.reviewer_numbers.add", move |connection| {
            let Some(making_room) = judge(&load(connection, number.account_id)?, &number) else {
                return Ok(false);
            };
            let making_room = making_room.into_iter().map(Col);
            diesel::delete(
                reviewer_numbers::table.filter(reviewer_numbers::id.eq_any(making_room)),
            )
            .execute(connection)?;
            diesel::insert_into(reviewer_numbers::table)
                .values(ReviewerNumberRow::from(&number))
                .execute(connection)?;
            append(connection, [entry])?;
            Ok(true)
        })
        .await
    }

    async fn remove_reviewer_number(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let entry = entry.clone();
        self.write("db.reviewer_numbers.remove", move |connection| {
            let removed = diesel::delete(
                reviewer_numbers::table
                    .filter(reviewer_numbers::account_id.eq(Col(account)))
                    .filter(reviewer_numbers::recipient_index.eq(Col(recipient))),
            )
            .execute(connection)?;
            Ok(append_if_changed(connection, removed, entry)?)
        })
        .await
    }

    async fn list_reviewer_numbers(
        &self,
        account: AccountId,
    ) -> Result<Vec<ReviewerNumber>, PortError> {
        self.read("db.reviewer_numbers.list", move |connection| {
            Ok(load(connection, account)?)
        })
        .await
    }
}

/// Loads the numbers of an account, oldest first.
pub(crate) fn load(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> QueryResult<Vec<ReviewerNumber>> {
    let rows = reviewer_numbers::table
        .filter(reviewer_numbers::account_id.eq(Col(account)))
        .order((reviewer_numbers::created_at, reviewer_numbers::id))
        .select(ReviewerNumberRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(ReviewerNumber::from).collect())
}
