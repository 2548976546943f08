//! Accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::account::{Account, AccountChange};
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, WrappedKey};
use otp_core::ports::{Accounts, PortError};
use otp_rows::Col;
use otp_rows::rows::{AccountChangeRow, AccountRow, KeyringRow, read_all, read_found};
use otp_rows::schema::{accounts, keyring};

use crate::SqliteStore;

#[async_trait]
impl Accounts for SqliteStore {
    async fn create(&self, account: &Account, key: &WrappedKey) -> Result<(), PortError> {
        let row = AccountRow::from(account);
        let key = KeyringRow::new(KeyOwner::Account(account.id), key);
        self.write("db.accounts.create", move |connection| {
            diesel::insert_into(accounts::table)
                .values(row)
                .execute(connection)?;
            diesel::insert_into(keyring::table)
                .values(key)
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn change(&self, id: AccountId, change: &AccountChange) -> Result<bool, PortError> {
        let Some(change) = AccountChangeRow::of(change) else {
            return Ok(Accounts::find(self, id).await?.is_some());
        };
        self.write("db.accounts.change", move |connection| {
            let changed = diesel::update(accounts::table.find(Col(id)))
                .set(change)
                .execute(connection)?;
            Ok(changed > 0)
        })
        .await
    }

    async fn find(&self, id: AccountId) -> Result<Option<Account>, PortError> {
        self.read("db.accounts.find", move |connection| {
            let row = accounts::table
                .find(Col(id))
                .select(AccountRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?)
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Account>, PortError> {
        self.read("db.accounts.list", |connection| {
            let rows = accounts::table
                .order((accounts::created_at, accounts::id))
                .select(AccountRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }
}
