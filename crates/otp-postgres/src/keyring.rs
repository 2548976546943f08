//! The keyring.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};
use otp_core::ports::{Keyring, PortError, RewrappedKey};
use otp_rows::Col;
use otp_rows::rows::{KeyringRow, master_key_id, read_all};
use otp_rows::schema::keyring;

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::{each, statement};

statement! {
    /// Replaces keys that are still the ones before.
    Rewrap {
        owner_id: [KeyOwner],
        before: [WrappedKey],
        after: [WrappedKey],
        master_key_id: [MasterKeyId],
    },
    "UPDATE keyring SET key = new.after, master_key_id = new.master_key_id \
     FROM unnest({}, {}, {}, {}) AS new (owner_id, before, after, master_key_id) \
     WHERE keyring.owner_id = new.owner_id AND keyring.key = new.before"
}

statement! {
    /// Deletes the keys of an account and of its test account.
    DeleteKeys { account: AccountId, of: AccountId },
    "DELETE FROM keyring WHERE owner_id = {} \
         OR owner_id IN (SELECT id FROM accounts WHERE test_of = {})"
}

#[async_trait]
impl Keyring for PgStore {
    async fn find_key(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, PortError> {
        let key: Option<Col<WrappedKey>> = keyring::table
            .find(Col(owner))
            .select(keyring::key)
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(key.map(|Col(key)| key))
    }

    async fn find_account_keys(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, WrappedKey>, PortError> {
        let owners = accounts
            .iter()
            .map(|account| Col(KeyOwner::Account(*account)));
        let rows: Vec<KeyringRow> = keyring::table
            .filter(keyring::owner_id.eq_any(owners))
            .select(KeyringRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(KeyringEntry::by_account(read_all(rows)?))
    }

    async fn create_installation_key(&self, key: &WrappedKey) -> Result<WrappedKey, PortError> {
        diesel::insert_into(keyring::table)
            .values(KeyringRow::new(KeyOwner::Installation, key))
            .on_conflict_do_nothing()
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        let stored = self.find_key(KeyOwner::Installation).await?;
        stored.ok_or_else(|| PortError::Backend("the installation's key was deleted".into()))
    }

    async fn list_master_keys(&self) -> Result<Vec<MasterKeyId>, PortError> {
        let mut connection = self.connection().await?;
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
            let next: Option<Col<MasterKeyId>> = next
                .first(&mut connection)
                .await
                .optional()
                .map_err(port_error)?;
            match next {
                Some(Col(id)) => ids.push(id),
                None => return Ok(ids),
            }
        }
    }

    async fn list_keys(
        &self,
        after: Option<KeyOwner>,
        limit: usize,
    ) -> Result<Vec<KeyringEntry>, PortError> {
        let mut query = keyring::table
            .order(keyring::owner_id)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(KeyringRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(keyring::owner_id.gt(Col(after)));
        }
        let rows: QueryResult<Vec<KeyringRow>> = query.load(&mut self.connection().await?).await;
        Ok(read_all(rows.map_err(port_error)?)?)
    }

    async fn rewrap_keys(&self, rewrapped: &[RewrappedKey]) -> Result<usize, PortError> {
        let rewrap = Rewrap {
            owner_id: each(rewrapped, |change| change.owner),
            before: each(rewrapped, |change| change.before.clone()),
            after: each(rewrapped, |change| change.after.clone()),
            master_key_id: each(rewrapped, |change| master_key_id(&change.after)),
        };
        rewrap
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)
    }

    async fn delete_account_key(&self, account: AccountId) -> Result<bool, PortError> {
        let delete = DeleteKeys {
            account: Col(account),
            of: Col(account),
        };
        let deleted = delete.execute(&mut self.connection().await?).await;
        let deleted = deleted.map_err(port_error)?;
        Ok(deleted > 0)
    }
}
