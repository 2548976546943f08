//! List subscriptions: the credits that an account was granted, and what is left of them.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::ports::{PortError, Subscriptions};
use crate::subscription::Subscription;

/// Lists subscriptions.
#[derive(Clone)]
pub struct ListSubscriptions {
    /// Stores subscriptions.
    pub subscriptions: Arc<dyn Subscriptions>,
}

impl ListSubscriptions {
    /// Returns the account's subscriptions, newest first.
    pub async fn execute(&self, account: AccountId) -> Result<Vec<Subscription>, PortError> {
        self.subscriptions.list(account).await
    }
}
