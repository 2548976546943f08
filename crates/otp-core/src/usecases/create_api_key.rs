//! Create an API key: stores its hash and returns the key itself, which is kept nowhere.

use std::sync::Arc;

use crate::api_key::{ApiKey, ApiKeyMode, ApiKeySecret};
use crate::audit::{AuditAction, AuditEntry};
use crate::ids::{AccountId, ApiKeyId};
use crate::person::permission::AccountAction;
use crate::ports::{Accounts, ApiKeys, Clock, PortError, Randomness};
use crate::time::Timestamp;
use crate::usecases::account_actor::AccountActor;

/// Creates API keys.
#[derive(Clone)]
pub struct CreateApiKey {
    /// Stores them.
    pub keys: Arc<dyn ApiKeys>,
    /// Knows which accounts are test accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id and the secret.
    pub randomness: Arc<dyn Randomness>,
}

/// An API key as its owner describes it.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// The account.
    pub account_id: AccountId,
    /// The owner's name for it.
    pub name: String,
    /// When it expires; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// The reason a key was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiKeyError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The expiry is not in the future.
    #[error("the expiry is in the past")]
    ExpiryInThePast,
    /// The account does not exist.
    #[error("no account has that id")]
    AccountNotFound,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

impl CreateApiKey {
    /// Creates one key: a test key if the account is a test account, a live key otherwise.
    pub async fn execute(
        &self,
        new: NewApiKey,
        by: AccountActor<'_>,
    ) -> Result<(ApiKey, ApiKeySecret), CreateApiKeyError> {
        let by = by.authorise(AccountAction::ManageKeys);
        let by = by.ok_or(CreateApiKeyError::Forbidden)?;
        let now = self.clock.now();
        if new.expires_at.is_some_and(|expiry| expiry <= now) {
            return Err(CreateApiKeyError::ExpiryInThePast);
        }
        let account = self.accounts.find(new.account_id).await;
        let account = account.map_err(CreateApiKeyError::Port)?;
        let account = account.ok_or(CreateApiKeyError::AccountNotFound)?;
        let (key, secret) = mint(account.api_key_mode(), new, now, &*self.randomness);
        let (action, randomness) = (AuditAction::CreateApiKey, &*self.randomness);
        let entry = AuditEntry::new(by, action, key.id.0, now, randomness);
        match self.keys.create(&key, &entry).await {
            Ok(()) => Ok((key, secret)),
            Err(PortError::Conflict(_)) => Err(CreateApiKeyError::AccountNotFound),
            Err(error) => Err(CreateApiKeyError::Port(error)),
        }
    }
}

pub(super) fn mint(
    mode: ApiKeyMode,
    new: NewApiKey,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> (ApiKey, ApiKeySecret) {
    let secret = ApiKeySecret::generate(mode, randomness);
    let key = ApiKey {
        id: ApiKeyId::generate(now, randomness),
        account_id: new.account_id,
        name: new.name,
        hash: secret.hash(),
        hint: secret.hint(),
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_on: None,
    };
    (key, secret)
}
