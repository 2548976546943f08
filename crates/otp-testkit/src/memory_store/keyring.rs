//! The keyring in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::keyring::{KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};
use otp_core::ports::{Keyring, PortError, RewrappedKey};

use super::MemoryStore;

#[async_trait]
impl Keyring for MemoryStore {
    async fn find_key(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, PortError> {
        Ok(self.state().keyring.get(&owner).cloned())
    }

    async fn find_account_keys(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, WrappedKey>, PortError> {
        let state = self.state();
        let key = |account: &AccountId| {
            let key = state.keyring.get(&KeyOwner::Account(*account))?;
            Some((*account, key.clone()))
        };
        Ok(accounts.iter().filter_map(key).collect())
    }

    async fn create_installation_key(&self, key: &WrappedKey) -> Result<WrappedKey, PortError> {
        let mut state = self.state();
        let stored = state.keyring.entry(KeyOwner::Installation);
        Ok(stored.or_insert_with(|| key.clone()).clone())
    }

    async fn list_master_keys(&self) -> Result<Vec<MasterKeyId>, PortError> {
        let state = self.state();
        let ids = state.keyring.values().filter_map(WrappedKey::master_key_id);
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    async fn list_keys(
        &self,
        after: Option<KeyOwner>,
        limit: usize,
    ) -> Result<Vec<KeyringEntry>, PortError> {
        let state = self.state();
        let later = state
            .keyring
            .iter()
            .filter(|(owner, _)| after.is_none_or(|after| **owner > after));
        let entries = later.map(|(owner, key)| KeyringEntry {
            owner: *owner,
            key: key.clone(),
        });
        Ok(entries.take(limit).collect())
    }

    async fn rewrap_keys(&self, rewrapped: &[RewrappedKey]) -> Result<usize, PortError> {
        let mut state = self.state();
        let mut replaced = 0;
        for change in rewrapped {
            let stored = state.keyring.get_mut(&change.owner);
            if let Some(stored) = stored.filter(|stored| **stored == change.before) {
                *stored = change.after.clone();
                replaced += 1;
            }
        }
        Ok(replaced)
    }

    async fn delete_account_key(&self, account: AccountId) -> Result<bool, PortError> {
        let mut state = self.state();
        let test = state
            .accounts
            .iter()
            .find(|row| row.test_of == Some(account));
        let accounts = test.map(|test| test.id).into_iter().chain([account]);
        let owners: Vec<_> = accounts.map(KeyOwner::Account).collect();
        let removed = owners.iter().map(|owner| state.keyring.remove(owner));
        Ok(removed.flatten().count() > 0)
    }
}
