//! API keys, for their administration.

use async_trait::async_trait;

use crate::api_key::ApiKey;
use crate::audit::AuditEntry;
use crate::ids::{AccountId, ApiKeyId};
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores API keys. Each change has its entry in the audit trail, both or neither.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Adds a key. `Conflict` if the account does not exist.
    async fn create(&self, key: &ApiKey, entry: &AuditEntry) -> Result<(), PortError>;

    /// Returns the key with this id.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, PortError>;

    /// Returns the account's keys, oldest first, including revoked and expired ones.
    async fn list(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError>;

    /// Returns the keys of all accounts that expire after `after` and not after `until` and are not
    /// revoked, in the order of their expiry.
    async fn list_expiring(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ApiKey>, PortError>;

    /// Revokes a key; returns `false` if there is no such key. An adapter MUST keep the time of an earlier
    /// revocation, and then appends no entry.
    async fn revoke(
        &self,
        id: ApiKeyId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Keeps the day of each key's last use, unless it has a later one; keys that do not exist are left out. A use
    /// does not change the key, so it has no entry.
    async fn keep_uses(&self, uses: &[(ApiKeyId, Timestamp)]) -> Result<(), PortError>;

    /// Adds `successor` and sets the expiry of the old key to `old_expires_at`, both or neither.
    /// `Conflict` if there is no old key.
    async fn replace(
        &self,
        old: ApiKeyId,
        old_expires_at: Timestamp,
        successor: &ApiKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError>;
}
