//! The keyring: the wrapped keys of the installation and its accounts.

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::keyring::{KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};
use crate::ports::PortError;

/// Stores wrapped keys. The key of an account is added with the account
/// ([`Accounts::create`](super::Accounts::create)).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Keyring: Send + Sync {
    /// The key of this owner; `None` if there is none, or none any more.
    async fn find_key(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, PortError>;

    /// Adds the installation's key unless there is one, and returns the one that is stored. Of several
    /// processes that add one at the same time, all MUST be returned the same.
    async fn create_installation_key(&self, key: &WrappedKey) -> Result<WrappedKey, PortError>;

    /// The ids of all master keys that wrap at least one key, in ascending order.
    async fn list_master_keys(&self) -> Result<Vec<MasterKeyId>, PortError>;

    /// Keys in the order of their owners' ids, at most `limit`, beginning after `after`. The
    /// installation's is the first.
    async fn list_keys(
        &self,
        after: Option<KeyOwner>,
        limit: usize,
    ) -> Result<Vec<KeyringEntry>, PortError>;

    /// Replaces each key by another wrapping of it, and returns how many were replaced. A key that is
    /// no longer the one in `before` MUST be left as it is.
    async fn rewrap_keys(&self, rewrapped: &[RewrappedKey]) -> Result<usize, PortError>;

    /// Deletes the key of an account, and returns whether there was one. What the key sealed can never
    /// be opened again.
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
