//! Authenticate: identifies the account behind a request by the API key it presents.

use std::sync::Arc;

use crate::api_key::{ApiKeyRefusal, ApiKeySecret};
use crate::audit::Actor;
use crate::ids::{AccountId, ApiKeyId};
use crate::ports::{Clock, Directory, KeyUses, PortError};

/// The caller of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account_id: AccountId,
    /// The key that was presented.
    pub api_key_id: ApiKeyId,
}

impl Caller {
    /// Returns the caller as the audit trail names it.
    pub fn actor(self) -> Actor {
        Actor::parse(&format!("key {}", self.api_key_id)).expect("it is short, and on one line")
    }
}

/// The reason a request was not authenticated.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// No key was presented, or a blank one.
    #[error("no API key was presented")]
    KeyRequired,
    /// No active key matches. A revoked key is indistinguishable from an unknown one.
    #[error("no active API key matches")]
    KeyNotFound,
    /// The key is past its expiry.
    #[error("the API key has expired")]
    KeyExpired,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Authenticates requests.
#[derive(Clone)]
pub struct Authenticate {
    /// Finds keys.
    pub directory: Arc<dyn Directory>,
    /// Notes the day of a use.
    pub uses: Arc<dyn KeyUses>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl Authenticate {
    /// Checks the presented key and returns the caller.
    pub async fn execute(&self, presented: Option<&str>) -> Result<Caller, AuthenticateError> {
        let presented = presented.map(str::trim).filter(|key| !key.is_empty());
        let presented = presented.ok_or(AuthenticateError::KeyRequired)?;
        let secret = ApiKeySecret::parse(presented).map_err(|_| AuthenticateError::KeyNotFound)?;
        let key = self.directory.find_api_key(&secret.hash()).await?;
        let key = key.ok_or(AuthenticateError::KeyNotFound)?;
        let now = self.clock.now();
        match key.check(now) {
            Ok(()) => {
                if let Some(day) = key.unknown_day_of_use(now) {
                    self.uses.note(key.id, day);
                }
                Ok(Caller {
                    account_id: key.account_id,
                    api_key_id: key.id,
                })
            }
            Err(ApiKeyRefusal::Revoked) => Err(AuthenticateError::KeyNotFound),
            Err(ApiKeyRefusal::Expired) => Err(AuthenticateError::KeyExpired),
        }
    }
}
