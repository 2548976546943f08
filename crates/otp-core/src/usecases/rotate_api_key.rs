//! Rotate an API key: creates a successor, and lets the old key work for an overlap.
//!
//! The overlap allows a client to switch to the new key without an outage.

use std::sync::Arc;
use std::time::Duration;

use crate::api_key::{ApiKey, ApiKeySecret};
use crate::audit::{AuditAction, AuditEntry};
use crate::ids::ApiKeyId;
use crate::person::permission::AccountAction;
use crate::ports::{ApiKeys, Clock, PortError, Randomness};
use crate::time::Timestamp;
use crate::usecases::account_actor::AccountActor;
use crate::usecases::create_api_key::{NewApiKey, mint};

/// The default overlap.
pub const DEFAULT_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// Rotates API keys.
#[derive(Clone)]
pub struct RotateApiKey {
    /// Stores them.
    pub keys: Arc<dyn ApiKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id and the secret.
    pub randomness: Arc<dyn Randomness>,
}

/// A key to rotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotateApiKeyRequest {
    /// The key.
    pub id: ApiKeyId,
    /// How long the old key still works.
    pub overlap: Duration,
    /// When the successor expires; `None` keeps the expiry of the old key.
    pub expires_at: Option<Timestamp>,
}

/// The reason a key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateApiKeyError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The key does not exist.
    #[error("no API key has that id")]
    NotFound,
    /// The key no longer works, so it gets no successor; create a new key instead.
    #[error("the API key was revoked or has expired; create a new one instead")]
    NotActive,
    /// The expiry of the successor is not in the future.
    #[error("the expiry is in the past")]
    ExpiryInThePast,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RotateApiKey {
    /// Replaces a key with a successor of the same name, and of the same expiry unless another is asked
    /// for: a rotation does not make a key of limited time an unlimited one. If the old key expires
    /// before the overlap ends, it keeps its expiry.
    pub async fn execute(
        &self,
        request: RotateApiKeyRequest,
        by: AccountActor<'_>,
    ) -> Result<(ApiKey, ApiKeySecret), RotateApiKeyError> {
        let by = by.authorise(AccountAction::ManageKeys);
        let by = by.ok_or(RotateApiKeyError::Forbidden)?;
        let now = self.clock.now();
        let old = self.keys.find(request.id).await?;
        let old = old.ok_or(RotateApiKeyError::NotFound)?;
        old.check(now).map_err(|_| RotateApiKeyError::NotActive)?;
        if request.expires_at.is_some_and(|expiry| expiry <= now) {
            return Err(RotateApiKeyError::ExpiryInThePast);
        }
        let overlap_ends = now + request.overlap;
        let old_expires_at = old
            .expires_at
            .map_or(overlap_ends, |expiry| expiry.min(overlap_ends));
        let mode = old.mode();
        let successor = NewApiKey {
            account_id: old.account_id,
            name: old.name,
            expires_at: request.expires_at.or(old.expires_at),
        };
        let (key, secret) = mint(mode, successor, now, &*self.randomness);
        let (action, id) = (AuditAction::RotateApiKey, request.id);
        let entry = AuditEntry::new(by, action, id.0, now, &*self.randomness);
        let replaced = self.keys.replace(id, old_expires_at, &key, &entry);
        replaced.await?;
        Ok((key, secret))
    }
}
