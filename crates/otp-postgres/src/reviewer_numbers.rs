//! Reviewer numbers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::audit::AuditEntry;
use otp_core::ids::AccountId;
use otp_core::ports::{PortError, ReviewerNumbers};
use otp_core::reviewer::{ReviewerNumber, judge};
use otp_core::sealing::RecipientIndex;
use otp_rows::Col;
use otp_rows::rows::ReviewerNumberRow;
use otp_rows::schema::reviewer_numbers;

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::pipeline::try_join3;
use crate::send_ledger::lock_accounts;
use crate::transaction::Transaction;

#[async_trait]
impl ReviewerNumbers for PgStore {
    async fn add_reviewer_number(
        &self,
        number: &ReviewerNumber,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let added = add(&transaction, number, entry).await;
        transaction.finish(added.map_err(port_error)).await
    }

    async fn remove_reviewer_number(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let remove = diesel::delete(
            reviewer_numbers::table
                .filter(reviewer_numbers::account_id.eq(Col(account)))
                .filter(reviewer_numbers::recipient_index.eq(Col(recipient))),
        );
        self.execute_audited(remove, entry).await
    }

    async fn list_reviewer_numbers(
        &self,
        account: AccountId,
    ) -> Result<Vec<ReviewerNumber>, PortError> {
        let connection = self.connection().await?;
        load(&connection, account).await.map_err(port_error)
    }
}

async fn add(
    transaction: &Transaction,
    number: &ReviewerNumber,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    let accounts = BTreeSet::from([number.account_id]);
    let mut connection = transaction.connection();
    let ((), _, existing) = try_join3(
        transaction.begin(),
        lock_accounts(transaction.connection(), &accounts),
        load(transaction.connection(), number.account_id),
    )
    .await?;
    let Some(making_room) = judge(&existing, number) else {
        return Ok(false);
    };
    let making_room = making_room.into_iter().map(Col);
    diesel::delete(reviewer_numbers::table.filter(reviewer_numbers::id.eq_any(making_room)))
        .execute(&mut connection)
        .await?;
    diesel::insert_into(reviewer_numbers::table)
        .values(ReviewerNumberRow::from(number))
        .execute(&mut connection)
        .await?;
    append(transaction.connection(), [entry.clone()]).await?;
    Ok(true)
}

/// Loads the numbers of an account, oldest first.
pub(crate) async fn load(
    mut connection: &AsyncPgConnection,
    account: AccountId,
) -> QueryResult<Vec<ReviewerNumber>> {
    let rows = reviewer_numbers::table
        .filter(reviewer_numbers::account_id.eq(Col(account)))
        .order((reviewer_numbers::created_at, reviewer_numbers::id))
        .select(ReviewerNumberRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(ReviewerNumber::from).collect())
}
