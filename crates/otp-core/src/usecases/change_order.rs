//! Change an order: the step that the use cases of account holders and of staff share.

use std::sync::Arc;

use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::OrderId;
use crate::notice::{MailNotice, NoticeKind};
use crate::order::{Order, OrderChange, OrderIsOver, Step};
use crate::ports::{Clock, Orders, PortError, Randomness};

/// Changes orders. What happens to an order meanwhile is never written over: the change is judged again.
#[derive(Clone)]
pub struct ChangeOrder {
    /// Stores them.
    pub orders: Arc<dyn Orders>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason an order was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeOrderError {
    /// There is no such order.
    #[error("no order has that id")]
    NotFound,
    /// The order has ended.
    #[error(transparent)]
    IsOver(#[from] OrderIsOver),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ChangeOrder {
    /// Changes an order, and returns it as it then is. An order that the change leaves as it is is not written.
    pub(super) async fn execute(
        &self,
        id: OrderId,
        (actor, action): (&Actor, AuditAction),
        change: impl Fn(&Order, Step) -> Result<Order, OrderIsOver>,
        notice: Option<NoticeKind>,
    ) -> Result<Order, ChangeOrderError> {
        // A status only moves on, so this ends.
        loop {
            let found = self.orders.find_order(id).await?;
            let order = found.ok_or(ChangeOrderError::NotFound)?;
            let after = change(&order, self.step(actor))?;
            if after == order {
                return Ok(order);
            }
            let change = self.change_of(&order, after, (actor, action), notice.clone());
            if self.orders.change_order(&change).await? {
                return Ok(change.after);
            }
        }
    }

    /// Returns a step that this actor takes now.
    pub(super) fn step(&self, actor: &Actor) -> Step {
        Step {
            at: self.clock.now(),
            by: actor.clone(),
        }
    }

    /// Returns the change from one order to another, with its entry of the audit trail and its notice.
    pub(super) fn change_of(
        &self,
        order: &Order,
        after: Order,
        (actor, action): (&Actor, AuditAction),
        notice: Option<NoticeKind>,
    ) -> OrderChange {
        let entry = self.entry(order.id, actor, action);
        let occasion = order.id.to_string();
        let notice = notice.map(|kind| {
            let language = Some(order.language);
            MailNotice::new(order.account_id, kind, &occasion, language, entry.at)
        });
        OrderChange {
            before: order.status(),
            after,
            entry,
            notice,
        }
    }

    /// Returns an entry of the audit trail about an order.
    pub(super) fn entry(&self, order: OrderId, actor: &Actor, action: AuditAction) -> AuditEntry {
        let at = self.clock.now();
        AuditEntry::new(actor.clone(), action, order.0, at, &*self.randomness)
    }
}
