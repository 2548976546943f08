//! Accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::account::Account;
use otp_core::ids::AccountId;
use otp_core::ports::{Accounts, PortError};
use otp_rows::Col;
use otp_rows::rows::{AccountRow, read_all, read_found};
use otp_rows::schema::accounts;

use crate::PgStore;
use crate::errors::port_error;

#[async_trait]
impl Accounts for PgStore {
    async fn create(&self, account: &Account) -> Result<(), PortError> {
        diesel::insert_into(accounts::table)
            .values(AccountRow::from(account))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
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
