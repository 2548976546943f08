//! Revoke an API key. It stops working within a second.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::ApiKeyId;
use crate::person::permission::AccountAction;
use crate::ports::{ApiKeys, Clock, PortError, Randomness};
use crate::usecases::account_actor::AccountActor;

/// Revokes API keys.
#[derive(Clone)]
pub struct RevokeApiKey {
    /// Stores API keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a key was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeApiKeyError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The key does not exist.
    #[error("no API key has the id {0}")]
    NotFound(ApiKeyId),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RevokeApiKey {
    /// Revokes one key. A key that is revoked already keeps the time of its revocation.
    pub async fn execute(
        &self,
        id: ApiKeyId,
        by: AccountActor<'_>,
    ) -> Result<(), RevokeApiKeyError> {
        let by = by.authorise(AccountAction::ManageKeys);
        let by = by.ok_or(RevokeApiKeyError::Forbidden)?;
        let (action, now) = (AuditAction::RevokeApiKey, self.clock.now());
        let entry = AuditEntry::new(by, action, id.0, now, &*self.randomness);
        if self.keys.revoke(id, now, &entry).await? {
            Ok(())
        } else {
            Err(RevokeApiKeyError::NotFound(id))
        }
    }
}
