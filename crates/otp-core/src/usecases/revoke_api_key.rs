//! Revoke an API key. It stops working within a second.

use std::sync::Arc;

use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::ApiKeyId;
use crate::ports::{ApiKeys, Clock, PortError, Randomness};

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
    /// The key does not exist.
    #[error("no API key has the id {0}")]
    NotFound(ApiKeyId),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RevokeApiKey {
    /// Revokes one key. A key that is revoked already keeps the time of its revocation.
    pub async fn execute(&self, id: ApiKeyId, by: Actor) -> Result<(), RevokeApiKeyError> {
        let (action, now) = (AuditAction::RevokeApiKey, self.clock.now());
        let entry = AuditEntry::new(by, action, id.0, now, &*self.randomness);
        if self.keys.revoke(id, now, &entry).await? {
            Ok(())
        } else {
            Err(RevokeApiKeyError::NotFound(id))
        }
    }
}
