//! Rotate an API key: a successor at once, and an overlap in which the old key still works, so that
//! a client can be moved over without an outage.

use std::time::Duration;

use crate::api_key::{ApiKey, ApiKeySecret};
use crate::ids::ApiKeyId;
use crate::ports::{ApiKeys, Clock, PortError, Randomness};
use crate::usecases::create_api_key::mint;

/// How long the old key still works unless told otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

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

/// Replaces a key by a successor of the same name. The old key keeps an earlier expiry.
pub async fn rotate_api_key(
    keys: &dyn ApiKeys,
    (clock, randomness): (&dyn Clock, &dyn Randomness),
    id: ApiKeyId,
    overlap: Duration,
) -> Result<(ApiKey, ApiKeySecret), RotateApiKeyError> {
    let now = clock.now();
    let old = keys.find(id).await?.ok_or(RotateApiKeyError::NotFound)?;
    old.check(now).map_err(|_| RotateApiKeyError::NotActive)?;
    let overlap_ends = now + overlap;
    let old_expires_at = old
        .expires_at
        .map_or(overlap_ends, |expiry| expiry.min(overlap_ends));
    let (key, secret) = mint(old.account_id, old.name, None, now, randomness);
    keys.replace(id, old_expires_at, &key).await?;
    Ok((key, secret))
}
