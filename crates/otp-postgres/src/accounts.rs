//! Accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::account::{Account, AccountChange};
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, WrappedKey};
use otp_core::ports::{Accounts, PortError};
use otp_rows::Col;
use otp_rows::rows::{AccountChangeRow, AccountRow, KeyringRow, read_all, read_found};
use otp_rows::schema::{accounts, keyring};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join3;
use crate::transaction::Transaction;

#[async_trait]
impl Accounts for PgStore {
    async fn create(&self, account: &Account, key: &WrappedKey) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let created = insert(&transaction, account, key).await;
        transaction.finish(created.map_err(port_error)).await
    }

    async fn change(&self, id: AccountId, change: &AccountChange) -> Result<bool, PortError> {
        let Some(change) = AccountChangeRow::of(change) else {
            return Ok(Accounts::find(self, id).await?.is_some());
        };
        // The update takes the lock that a batch takes, and waits for a batch that has it.
        let changed = diesel::update(accounts::table.find(Col(id)))
            .set(change)
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(changed > 0)
    }

    async fn find(&self, id: AccountId) -> Result<Option<Account>, PortError> {
        let row = accounts::table
            .find(Col(id))
            .select(AccountRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?)
    }

    async fn list(&self) -> Result<Vec<Account>, PortError> {
        let rows = accounts::table
            .order((accounts::created_at, accounts::id))
            .select(AccountRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}

async fn insert(transaction: &Transaction, account: &Account, key: &WrappedKey) -> QueryResult<()> {
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    let account_row = diesel::insert_into(accounts::table)
        .values(AccountRow::from(account))
        .execute(&mut first);
    let key_row = diesel::insert_into(keyring::table)
        .values(KeyringRow::new(KeyOwner::Account(account.id), key))
        .execute(&mut second);
    try_join3(transaction.begin(), account_row, key_row).await?;
    Ok(())
}
