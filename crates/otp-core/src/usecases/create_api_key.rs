//! Create an API key. The key itself is returned once and kept nowhere.

use crate::api_key::{ApiKey, ApiKeySecret};
use crate::ids::{AccountId, ApiKeyId};
use crate::ports::{ApiKeys, Clock, PortError, Randomness};
use crate::time::Timestamp;

/// Why no key was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiKeyError {
    /// It would have been expired from the start.
    #[error("the expiry lies in the past")]
    ExpiryInThePast,
    /// There is no such account.
    #[error("no account has that id")]
    AccountNotFound,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

/// Creates a key of an account.
pub async fn create_api_key(
    keys: &dyn ApiKeys,
    (clock, randomness): (&dyn Clock, &dyn Randomness),
    account_id: AccountId,
    name: String,
    expires_at: Option<Timestamp>,
) -> Result<(ApiKey, ApiKeySecret), CreateApiKeyError> {
    let now = clock.now();
    if expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(CreateApiKeyError::ExpiryInThePast);
    }
    let (key, secret) = mint(account_id, name, expires_at, now, randomness);
    match keys.create(&key).await {
        Ok(()) => Ok((key, secret)),
        Err(PortError::Conflict(_)) => Err(CreateApiKeyError::AccountNotFound),
        Err(error @ (PortError::Unavailable(_) | PortError::Backend(_))) => {
            Err(CreateApiKeyError::Port(error))
        }
    }
}

pub(super) fn mint(
    account_id: AccountId,
    name: String,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> (ApiKey, ApiKeySecret) {
    let secret = ApiKeySecret::generate(randomness);
    let key = ApiKey {
        id: ApiKeyId::generate(now, randomness),
        account_id,
        name,
        hash: secret.hash(),
        hint: secret.hint(),
        created_at: now,
        expires_at,
        revoked_at: None,
    };
    (key, secret)
}
