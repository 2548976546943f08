//! Accounts.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::account::{Account, AccountChange};
use crate::audit::AuditEntry;
use crate::ids::AccountId;
use crate::keyring::WrappedKey;
use crate::page::PagePosition;
use crate::ports::PortError;

/// Stores accounts. Each change has its entry in the audit trail, both or neither.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account together with its key. `Conflict` if it is the test account of an account that has
    /// one already, or that does not exist.
    async fn create(
        &self,
        account: &Account,
        key: &WrappedKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError>;

    /// Replaces the values that each change names, and no others, in all of these accounts or in none;
    /// returns `false` if one of them does not exist.
    ///
    /// An adapter MUST lock the accounts as [`SendLedger::admit`](crate::ports::SendLedger::admit) does, so
    /// that every batch is judged entirely before or entirely after the change.
    async fn change(
        &self,
        changes: &BTreeMap<AccountId, AccountChange>,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Returns the account with this id.
    async fn find(&self, id: AccountId) -> Result<Option<Account>, PortError>;

    /// Returns the test account of the account with this id, if it has one.
    async fn find_test_account(&self, of: AccountId) -> Result<Option<Account>, PortError>;

    /// Returns at most `limit` accounts before this position, newest first, without test accounts.
    async fn list_accounts(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Account>, PortError>;

    /// Returns all accounts, oldest first, test accounts included.
    async fn list(&self) -> Result<Vec<Account>, PortError>;
}
