//! The keyring: the wrapped keys of the installation and its accounts.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::keyring::{KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};
use crate::ports::PortError;

/// Stores wrapped keys.
///
/// The key of an account is added with the account, by [`Accounts::create`](super::Accounts::create).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Keyring: Send + Sync {
    /// Returns the key of this owner; `None` if it has no key, or no key any more.
    async fn find_key(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, PortError>;

    /// Returns the keys of these accounts, with one look-up; an account without a key is left out.
    async fn find_account_keys(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, WrappedKey>, PortError>;

    /// Adds the installation's key unless there is one, and returns the key that is stored.
    ///
    /// If several processes add one at the same time, all of them MUST get the same key.
    async fn create_installation_key(&self, key: &WrappedKey) -> Result<WrappedKey, PortError>;

    /// Returns the ids of all master keys that wrap at least one key, in ascending order.
    async fn list_master_keys(&self) -> Result<Vec<MasterKeyId>, PortError>;

    /// Returns at most `limit` keys after `after`, in the order of their owners' ids. The installation's
    /// key is the first.
    async fn list_keys(
        &self,
        after: Option<KeyOwner>,
        limit: usize,
    ) -> Result<Vec<KeyringEntry>, PortError>;

    /// Replaces each key with another wrapping of it, and returns the number of replaced keys. A key that
    /// is no longer the one in `before` MUST be left as it is.
    async fn rewrap_keys(&self, rewrapped: &[RewrappedKey]) -> Result<usize, PortError>;

    /// Deletes the keys of an account and of its test account, and returns whether there was one. Data that
    /// they sealed can never be opened again.
    async fn delete_account_key(&self, account: AccountId) -> Result<bool, PortError>;
}

/// A key before and after it was wrapped again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewrappedKey {
    /// The owner.
    pub owner: KeyOwner,
    /// The wrapping that is replaced.
    pub before: WrappedKey,
    /// The new wrapping.
    pub after: WrappedKey,
}
