//! Accounts.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::account::{Account, AccountChange};
use otp_core::audit::AuditEntry;
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, WrappedKey};
use otp_core::page::PagePosition;
use otp_core::ports::{Accounts, PortError};
use otp_rows::Col;
use otp_rows::rows::{AccountChangeRow, AccountRow, KeyringRow, read_all, read_found};
use otp_rows::schema::{accounts, keyring};

use crate::SqliteStore;
use crate::audit_trail::append;

#[async_trait]
impl Accounts for SqliteStore {
    async fn create(
        &self,
        account: &Account,
        key: &WrappedKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let row = AccountRow::from(account);
        let key = KeyringRow::new(KeyOwner::Account(account.id), key);
        let entry = entry.clone();
        self.write("db.accounts.create", move |connection| {
            diesel::insert_into(accounts::table)
                .values(row)
                .execute(connection)?;
            diesel::insert_into(keyring::table)
                .values(key)
                .execute(connection)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }

    async fn change(
        &self,
        changes: &BTreeMap<AccountId, AccountChange>,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let (changes, entry) = (changes.clone(), entry.clone());
        self.write("db.accounts.change", move |connection| {
            let ids = changes.keys().map(|id| Col(*id));
            let known: i64 = accounts::table
                .filter(accounts::id.eq_any(ids))
                .count()
                .get_result(connection)?;
            if usize::try_from(known) != Ok(changes.len()) {
                return Ok(false);
            }
            for (id, change) in &changes {
                if let Some(change) = AccountChangeRow::of(change) {
                    diesel::update(accounts::table.find(Col(*id)))
                        .set(change)
                        .execute(connection)?;
                }
            }
            append(connection, [entry])?;
            Ok(true)
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

    async fn find_test_account(&self, of: AccountId) -> Result<Option<Account>, PortError> {
        self.read("db.accounts.find_test_account", move |connection| {
            let row = accounts::table
                .filter(accounts::test_of.eq(Col(Some(of))))
                .select(AccountRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?)
        })
        .await
    }

    async fn list_accounts(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Account>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.accounts.list_accounts", move |connection| {
            let (at, id) = (Col(before.created_at), Col(AccountId(before.id)));
            let same_time = accounts::created_at.eq(at).and(accounts::id.lt(id));
            let rows = accounts::table
                .filter(accounts::test_of.is_null())
                .filter(accounts::created_at.lt(at).or(same_time))
                .order((accounts::created_at.desc(), accounts::id.desc()))
                .limit(limit)
                .select(AccountRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
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
