//! Orders of plans.

use async_trait::async_trait;

use crate::credits::ledger::LedgerEntry;
use crate::ids::{AccountId, OrderId};
use crate::order::{NewOrder, Order, OrderChange};
use crate::page::PagePosition;
use crate::ports::PortError;
use crate::subscription::Subscription;

/// Stores orders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Orders: Send + Sync {
    /// Adds an order with its entry of the audit trail and its notice, all or nothing; returns `false`, and adds
    /// nothing, if an order has that id already. `Conflict` if the account, the person or the plan does not exist.
    ///
    /// If several calls with one id run at the same time, exactly one MUST add the order; the others return `false`.
    async fn place_order(&self, new: &NewOrder) -> Result<bool, PortError>;

    /// Returns the order with this id.
    async fn find_order(&self, id: OrderId) -> Result<Option<Order>, PortError>;

    /// Returns at most `limit` orders of an account, newest first.
    async fn list_orders_of(
        &self,
        account: AccountId,
        limit: usize,
    ) -> Result<Vec<Order>, PortError>;

    /// Returns at most `limit` open orders of all accounts, oldest first.
    async fn list_open_orders(&self, limit: usize) -> Result<Vec<Order>, PortError>;

    /// Returns at most `limit` orders of all accounts that are older than `before`, newest first.
    async fn list_orders(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Order>, PortError>;

    /// Replaces an order, with the entry of the audit trail and the notice, all or nothing; returns `false`, and
    /// changes nothing, if the order does not have the status that the change was made for.
    ///
    /// If several changes run at the same time, exactly one MUST take effect; the others return `false`.
    async fn change_order(&self, change: &OrderChange) -> Result<bool, PortError>;

    /// Does the same as [`Orders::change_order`], and grants the subscription as [`Subscriptions::grant`] does, all or
    /// nothing: the credits are granted exactly once, however many activations come at the same time, and MUST NOT be
    /// granted by one that fails.
    ///
    /// [`Subscriptions::grant`]: crate::ports::Subscriptions::grant
    async fn activate_order(
        &self,
        change: &OrderChange,
        subscription: &Subscription,
        grant: &LedgerEntry,
    ) -> Result<bool, PortError>;
}
