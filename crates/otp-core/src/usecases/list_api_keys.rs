//! List API keys: the keys of an account, without their secrets.

use std::sync::Arc;

use crate::api_key::ApiKey;
use crate::ids::AccountId;
use crate::ports::{Accounts, ApiKeys, PortError};

/// Lists API keys.
#[derive(Clone)]
pub struct ListApiKeys {
    /// Stores API keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Finds the test account.
    pub accounts: Arc<dyn Accounts>,
}

impl ListApiKeys {
    /// Returns the account's keys, live ones before test keys, oldest first, including revoked and expired
    /// ones.
    pub async fn execute(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError> {
        let mut keys = self.keys.list(account).await?;
        if let Some(test) = self.accounts.find_test_account(account).await? {
            keys.extend(self.keys.list(test.id).await?);
        }
        Ok(keys)
    }
}
