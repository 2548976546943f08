//! API keys, for their administration.

use async_trait::async_trait;

use crate::api_key::ApiKey;
use crate::ids::{AccountId, ApiKeyId};
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores API keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Adds a key. `Conflict` where the account does not exist.
    async fn create(&self, key: &ApiKey) -> Result<(), PortError>;

    /// The key with this id.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, PortError>;

    /// The account's keys, oldest first, revoked and expired ones included.
    async fn list(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError>;

    /// Keys of all accounts that expire after `after` and not after `until` and are not revoked, in
    /// the order of their expiry.
    async fn list_expiring(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ApiKey>, PortError>;

    /// Revokes a key. It MUST keep the time of an earlier revocation. `false` where there is no such
    /// key.
    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, PortError>;

    /// Adds `successor` and lets the old key expire at `old_expires_at`, together or not at all.
    /// `Conflict` where there is no old key.
    async fn replace(
        &self,
        old: ApiKeyId,
        old_expires_at: Timestamp,
        successor: &ApiKey,
    ) -> Result<(), PortError>;
}
