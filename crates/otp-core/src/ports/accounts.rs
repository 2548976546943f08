//! Accounts.

use async_trait::async_trait;

use crate::account::{Account, AccountChange};
use crate::ids::AccountId;
use crate::keyring::WrappedKey;
use crate::ports::PortError;

/// Stores accounts.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account together with its key.
    async fn create(&self, account: &Account, key: &WrappedKey) -> Result<(), PortError>;

    /// Replaces the values that the change names, and no others; returns `false` if there is no such
    /// account.
    ///
    /// An adapter MUST lock the account as [`SendLedger::admit`](crate::ports::SendLedger::admit) does, so
    /// that every batch is judged entirely before or entirely after the change.
    async fn change(&self, id: AccountId, change: &AccountChange) -> Result<bool, PortError>;

    /// Returns the account with this id.
    async fn find(&self, id: AccountId) -> Result<Option<Account>, PortError>;

    /// Returns all accounts, oldest first.
    async fn list(&self) -> Result<Vec<Account>, PortError>;
}
