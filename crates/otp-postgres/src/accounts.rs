//! Accounts.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::account::{Account, AccountChange};
use otp_core::audit::AuditEntry;
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, WrappedKey};
use otp_core::page::PagePosition;
use otp_core::ports::{Accounts, PortError};
use otp_rows::Col;
use otp_rows::rows::{AccountChangeRow, AccountRow, KeyringRow, read_all, read_found};
use otp_rows::schema::{accounts, keyring};

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::pipeline::try_join3;
use crate::send_ledger::lock_accounts;
use crate::transaction::Transaction;

#[async_trait]
impl Accounts for PgStore {
    async fn create(
        &self,
        account: &Account,
        key: &WrappedKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let created = insert(&transaction, account, key, entry).await;
        transaction.finish(created.map_err(port_error)).await
    }

    async fn change(
        &self,
        changes: &BTreeMap<AccountId, AccountChange>,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        transaction.begin().await.map_err(port_error)?;
        let changed = change(transaction.connection(), changes, entry).await;
        match changed.map_err(port_error) {
            Ok(false) => {
                transaction.roll_back().await;
                Ok(false)
            }
            changed => transaction.finish(changed).await,
        }
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

    async fn find_test_account(&self, of: AccountId) -> Result<Option<Account>, PortError> {
        let row = accounts::table
            .filter(accounts::test_of.eq(Col(Some(of))))
            .select(AccountRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?)
    }

    async fn list_accounts(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Account>, PortError> {
        let (at, id) = (Col(before.created_at), Col(AccountId(before.id)));
        let same_time = accounts::created_at.eq(at).and(accounts::id.lt(id));
        let rows = accounts::table
            .filter(accounts::test_of.is_null())
            .filter(accounts::created_at.lt(at).or(same_time))
            .order((accounts::created_at.desc(), accounts::id.desc()))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(AccountRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
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

/// Changes accounts in ascending order of ids, and returns whether all of them exist.
async fn change(
    mut connection: &AsyncPgConnection,
    changes: &BTreeMap<AccountId, AccountChange>,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    // The lock that a batch takes, so this waits for a batch that has it.
    let ids: BTreeSet<_> = changes.keys().copied().collect();
    let locked = lock_accounts(connection, &ids).await?;
    for (id, change) in changes {
        if let Some(change) = AccountChangeRow::of(change) {
            diesel::update(accounts::table.find(Col(*id)))
                .set(change)
                .execute(&mut connection)
                .await?;
        }
    }
    if locked.len() < changes.len() {
        return Ok(false);
    }
    append(connection, [entry.clone()]).await?;
    Ok(true)
}

async fn insert(
    transaction: &Transaction,
    account: &Account,
    key: &WrappedKey,
    entry: &AuditEntry,
) -> QueryResult<()> {
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    let account_row = diesel::insert_into(accounts::table)
        .values(AccountRow::from(account))
        .execute(&mut first);
    let key_row = diesel::insert_into(keyring::table)
        .values(KeyringRow::new(KeyOwner::Account(account.id), key))
        .execute(&mut second);
    try_join3(transaction.begin(), account_row, key_row).await?;
    append(transaction.connection(), [entry.clone()]).await
}
