//! Subscriptions and the ledger behind their balances.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::credits::ledger::{LedgerEntry, LedgerLine, LedgerPosition};
use crate::ids::{AccountId, SubscriptionId};
use crate::ports::PortError;
use crate::subscription::Subscription;
use crate::time::Timestamp;

/// Stores subscriptions. Each change has its entry in the audit trail, both or neither.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// Adds a subscription with the ledger entry of its grant, which MUST be for all of its credits.
    /// `Conflict` if the account or the plan does not exist.
    async fn grant(
        &self,
        subscription: &Subscription,
        grant: &LedgerEntry,
        entry: &AuditEntry,
    ) -> Result<(), PortError>;

    /// Replaces the subscription with the result of [`Subscription::revoke`] and appends its entry to the
    /// ledger. Returns the subscription as it then is; `None` if there is none with that id. One that is revoked already
    /// stays as it is, and no entry is appended.
    ///
    /// An adapter MUST lock the subscription's account before it reads the balance.
    async fn revoke_subscription(
        &self,
        id: SubscriptionId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<Option<Subscription>, PortError>;

    /// Returns the account's subscriptions, newest first.
    async fn list(&self, account: AccountId) -> Result<Vec<Subscription>, PortError>;

    /// Returns the account's ledger, oldest entry first. Balance and ledger MUST agree at every moment,
    /// even during sends.
    async fn ledger(&self, account: AccountId) -> Result<Vec<LedgerEntry>, PortError>;

    /// Returns at most `limit` entries of the account's ledger that are before a position, newest first, each with the
    /// balance that it came to. The balances MUST agree with the entries, even during sends.
    async fn ledger_before(
        &self,
        account: AccountId,
        before: LedgerPosition,
        limit: usize,
    ) -> Result<Vec<LedgerLine>, PortError>;
}
