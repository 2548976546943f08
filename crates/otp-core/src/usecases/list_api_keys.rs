//! List API keys: the keys of an account, without their secrets.

use std::sync::Arc;

use crate::api_key::ApiKey;
use crate::ids::AccountId;
use crate::ports::{ApiKeys, PortError};

/// Lists API keys.
#[derive(Clone)]
pub struct ListApiKeys {
    /// Stores API keys.
    pub keys: Arc<dyn ApiKeys>,
}

impl ListApiKeys {
    /// Returns the account's keys, oldest first, including revoked and expired ones.
    pub async fn execute(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError> {
        self.keys.list(account).await
    }
}
