//! Accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::account::Account;
use otp_core::ids::AccountId;
use otp_core::ports::{Accounts, PortError};

use crate::SqliteStore;
use crate::rows::{AccountRow, Id, read_all};
use crate::schema::accounts;

#[async_trait]
impl Accounts for SqliteStore {
    async fn create(&self, account: &Account) -> Result<(), PortError> {
        let row = AccountRow::from(account);
        self.write("db.accounts.create", move |connection| {
            diesel::insert_into(accounts::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn find(&self, id: AccountId) -> Result<Option<Account>, PortError> {
        self.read("db.accounts.find", move |connection| {
            let row = accounts::table
                .find(Id(id.0))
                .select(AccountRow::as_select())
                .first(connection)
                .optional()?;
            row.map(Account::try_from).transpose()
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Account>, PortError> {
        self.read("db.accounts.list", |connection| {
            let rows = accounts::table
                .order((accounts::created_at, accounts::id))
                .select(AccountRow::as_select())
                .load(connection)?;
            read_all(rows)
        })
        .await
    }
}
