//! The keyring.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};
use otp_core::ports::{Keyring, PortError, RewrappedKey};
use otp_rows::Col;
use otp_rows::encoding::Id;
use otp_rows::rows::{KeyringRow, master_key_id, read_all};
use otp_rows::schema::keyring;

use crate::SqliteStore;
use crate::errors::StoreError;

/// Owners in one query; SQLite bounds the number of its parameters.
const OWNERS_AT_ONCE: usize = 1_000;

/// Deletes the keys of an account and of its test account.
const DELETE: &str = "
    DELETE FROM keyring
    WHERE owner_id = ? OR owner_id IN (SELECT id FROM accounts WHERE test_of = ?)";

#[async_trait]
impl Keyring for SqliteStore {
    async fn find_key(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, PortError> {
        self.read("db.keyring.find_key", move |connection| {
            find(connection, owner)
        })
        .await
    }

    async fn find_account_keys(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, WrappedKey>, PortError> {
        let owners: Vec<_> = accounts.iter().copied().map(KeyOwner::Account).collect();
        self.read("db.keyring.find_account_keys", move |connection| {
            let mut found = BTreeMap::new();
            for owners in owners.chunks(OWNERS_AT_ONCE) {
                let rows: Vec<KeyringRow> = keyring::table
                    .filter(keyring::owner_id.eq_any(owners.iter().copied().map(Col)))
                    .select(KeyringRow::as_select())
                    .load(connection)?;
                found.extend(KeyringEntry::by_account(read_all(rows)?));
            }
            Ok(found)
        })
        .await
    }

    async fn create_installation_key(&self, key: &WrappedKey) -> Result<WrappedKey, PortError> {
        let row = KeyringRow::new(KeyOwner::Installation, key);
        self.write("db.keyring.create_installation_key", move |connection| {
            diesel::insert_into(keyring::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(connection)?;
            let stored = find(connection, KeyOwner::Installation)?;
            stored.ok_or(StoreError::Missing("key of the installation"))
        })
        .await
    }

    async fn list_master_keys(&self) -> Result<Vec<MasterKeyId>, PortError> {
        self.read("db.keyring.list_master_keys", |connection| {
            let mut ids = Vec::new();
            // Steps along the index from one id to the next: few master keys wrap very many keys.
            loop {
                let mut next = keyring::table
                    .select(keyring::master_key_id)
                    .order(keyring::master_key_id)
                    .into_boxed();
                if let Some(last) = ids.last() {
                    next = next.filter(keyring::master_key_id.gt(Col(*last)));
                }
                let next: Option<Col<MasterKeyId>> = next.first(connection).optional()?;
                match next {
                    Some(Col(id)) => ids.push(id),
                    None => return Ok(ids),
                }
            }
        })
        .await
    }

    async fn list_keys(
        &self,
        after: Option<KeyOwner>,
        limit: usize,
    ) -> Result<Vec<KeyringEntry>, PortError> {
        self.read("db.keyring.list_keys", move |connection| {
            let mut query = keyring::table
                .order(keyring::owner_id)
                .limit(i64::try_from(limit).unwrap_or(i64::MAX))
                .select(KeyringRow::as_select())
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(keyring::owner_id.gt(Col(after)));
            }
            Ok(read_all(query.load::<KeyringRow>(connection)?)?)
        })
        .await
    }

    async fn rewrap_keys(&self, rewrapped: &[RewrappedKey]) -> Result<usize, PortError> {
        let rewrapped = rewrapped.to_vec();
        self.write("db.keyring.rewrap_keys", move |connection| {
            let mut replaced = 0;
            for change in rewrapped {
                let before = keyring::table
                    .find(Col(change.owner))
                    .filter(keyring::key.eq(Col(change.before)));
                replaced += diesel::update(before)
                    .set((
                        keyring::master_key_id.eq(Col(master_key_id(&change.after))),
                        keyring::key.eq(Col(change.after)),
                    ))
                    .execute(connection)?;
            }
            Ok(replaced)
        })
        .await
    }

    async fn delete_account_key(&self, account: AccountId) -> Result<bool, PortError> {
        self.write("db.keyring.delete_account_key", move |connection| {
            let deleted = diesel::sql_query(DELETE)
                .bind::<Id, _>(Col(account))
                .bind::<Id, _>(Col(account))
                .execute(connection)?;
            Ok(deleted > 0)
        })
        .await
    }
}

fn find(
    connection: &mut SqliteConnection,
    owner: KeyOwner,
) -> Result<Option<WrappedKey>, StoreError> {
    let key: Option<Col<WrappedKey>> = keyring::table
        .find(Col(owner))
        .select(keyring::key)
        .first(connection)
        .optional()?;
    Ok(key.map(|Col(key)| key))
}
