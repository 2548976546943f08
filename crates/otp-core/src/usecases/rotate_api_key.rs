//! Rotate an API key: a successor at once, and an overlap during which the old key still works, so that
//! a client can be moved over without an outage.

use std::sync::Arc;
use std::time::Duration;

use crate::api_key::{ApiKey, ApiKeySecret};
use crate::ids::ApiKeyId;
use crate::ports::{ApiKeys, Clock, PortError, Randomness};
use crate::usecases::create_api_key::{NewApiKey, mint};

/// How long the old key still works by default.
pub const DEFAULT_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// Rotates API keys.
#[derive(Clone)]
pub struct RotateApiKey {
    /// Stores them.
    pub keys: Arc<dyn ApiKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes the id and the secret.
    pub randomness: Arc<dyn Randomness>,
}

/// A key to rotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotateApiKeyRequest {
    /// The key.
    pub id: ApiKeyId,
    /// How long it still works.
    pub overlap: Duration,
}

/// Why a key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateApiKeyError {
    /// There is no such key.
    #[error("no API key has that id")]
    NotFound,
    /// The key does not work any more, so it has no successor; create a new one.
    #[error("the API key was revoked or has expired; create a new one instead")]
    NotActive,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RotateApiKey {
    /// Replaces a key by a successor of the same name. The old key keeps an earlier expiry.
    pub async fn execute(
        &self,
        request: RotateApiKeyRequest,
    ) -> Result<(ApiKey, ApiKeySecret), RotateApiKeyError> {
        let now = self.clock.now();
        let old = self.keys.find(request.id).await?;
        let old = old.ok_or(RotateApiKeyError::NotFound)?;
        old.check(now).map_err(|_| RotateApiKeyError::NotActive)?;
        let overlap_ends = now + request.overlap;
        let old_expires_at = old
            .expires_at
            .map_or(overlap_ends, |expiry| expiry.min(overlap_ends));
        let successor = NewApiKey {
            account_id: old.account_id,
            name: old.name,
            expires_at: None,
        };
        let (key, secret) = mint(successor, now, &*self.randomness);
        self.keys.replace(request.id, old_expires_at, &key).await?;
        Ok((key, secret))
    }
}
