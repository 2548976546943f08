//! Orders of plans, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, OrderId};
use otp_core::order::{NewOrder, Order, OrderChange};
use otp_core::page::PagePosition;
use otp_core::ports::{Orders, PortError};
use otp_core::subscription::Subscription;

use super::{MemoryStore, State, conflict};

#[async_trait]
impl Orders for MemoryStore {
    async fn place_order(&self, new: &NewOrder) -> Result<bool, PortError> {
        let mut state = self.state();
        let order = &new.order;
        if state.orders.iter().any(|known| known.id == order.id) {
            return Ok(false);
        }
        state.require_account(order.account_id)?;
        state.require_plan(order.plan.id)?;
        if !state.people.has(order.person_id) {
            return Err(conflict("no person has that id"));
        }
        state.require_new(&new.entry)?;
        state.orders.push(order.clone());
        state.append_audit(&new.entry);
        state.enqueue(new.notice.iter().cloned().collect());
        Ok(true)
    }

    async fn find_order(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        let state = self.state();
        Ok(state.orders.iter().find(|order| order.id == id).cloned())
    }

    async fn list_orders_of(
        &self,
        account: AccountId,
        limit: usize,
    ) -> Result<Vec<Order>, PortError> {
        let mut found = self.state().newest_first();
        found.retain(|order| order.account_id == account);
        found.truncate(limit);
        Ok(found)
    }

    async fn list_open_orders(&self, limit: usize) -> Result<Vec<Order>, PortError> {
        let mut found = self.state().newest_first();
        found.reverse();
        found.retain(|order| order.status().is_open());
        found.truncate(limit);
        Ok(found)
    }

    async fn list_orders(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Order>, PortError> {
        let mut found = self.state().newest_first();
        found.retain(|order| PagePosition::of(order) < before);
        found.truncate(limit);
        Ok(found)
    }

    async fn change_order(&self, change: &OrderChange) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(place) = state.place_of(change) else {
            return Ok(false);
        };
        state.require_new(&change.entry)?;
        state.replace(place, change);
        Ok(true)
    }

    async fn activate_order(
        &self,
        change: &OrderChange,
        subscription: &Subscription,
        grant: &LedgerEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(place) = state.place_of(change) else {
            return Ok(false);
        };
        state.require_new(&change.entry)?;
        state.grant(subscription, grant)?;
        state.replace(place, change);
        Ok(true)
    }
}

impl State {
    fn newest_first(&self) -> Vec<Order> {
        let mut orders = self.orders.clone();
        orders.sort_by_key(|order| Reverse(PagePosition::of(order)));
        orders
    }

    /// Returns where the order is, if it has the status that the change was made for.
    fn place_of(&self, change: &OrderChange) -> Option<usize> {
        let expected = (change.after.id, change.before);
        let mut orders = self.orders.iter();
        orders.position(|order| (order.id, order.status()) == expected)
    }

    fn replace(&mut self, place: usize, change: &OrderChange) {
        self.orders[place] = change.after.clone();
        self.append_audit(&change.entry);
        self.enqueue(change.notice.iter().cloned().collect());
    }
}
