//! Orders: a person asks for a plan, staff contact them, and activate or decline it.
//!
//! Nothing is paid here. So an order goes one way, and ends once: `Pending`, `Contacted`, and then `Activated`,
//! `Declined` or `Withdrawn`.

mod status;
mod text;

use uuid::Uuid;

use crate::audit::{Actor, AuditEntry};
use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{AccountId, OrderId, PersonId, PlanId, SubscriptionId};
use crate::notice::MailNotice;
use crate::page::{Listed, PagePosition};
use crate::plan::{Money, Plan};
use crate::sealing::Sealed;
use crate::subscription::Subscription;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
pub use status::{ContactWay, OrderStatus};
pub use text::{DeclineReason, InvalidOrderText, OrderNotes};

/// An order, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id. The form that places it has it already, so that a form sent twice orders once.
    pub id: OrderId,
    /// The account that the credits are for.
    pub account_id: AccountId,
    /// The person who ordered.
    pub person_id: PersonId,
    /// The plan, as it was offered.
    pub plan: OrderedPlan,
    /// How the person wants to be contacted.
    pub contact_by: ContactWay,
    /// The person's [`OrderNotes`], sealed.
    pub notes: Option<Sealed>,
    /// The language in which the person ordered.
    pub language: UiLanguage,
    /// The time it was placed.
    pub placed_at: Timestamp,
    /// The first contact.
    pub contacted: Option<Step>,
    /// How it ended; `None` if it is open.
    pub end: Option<OrderEnd>,
}

/// A plan at the time of an order. A later change of the plan does not change the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedPlan {
    /// The plan.
    pub id: PlanId,
    /// Its name.
    pub name: String,
    /// The credits it grants.
    pub credits: Credits,
    /// Its price; `None` if it is negotiated.
    pub price: Option<Money>,
}

/// A step of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The time.
    pub at: Timestamp,
    /// The person or operator who took it.
    pub by: Actor,
}

/// The end of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEnd {
    /// The last step.
    pub step: Step,
    /// The outcome.
    pub outcome: OrderOutcome,
}

/// The outcome of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderOutcome {
    /// A subscription was granted.
    Activated {
        /// The subscription.
        subscription_id: SubscriptionId,
        /// The note of staff about the payment, sealed.
        payment: Option<Sealed>,
    },
    /// Staff declined it.
    Declined {
        /// The reason, which the account holder reads.
        reason: DeclineReason,
    },
    /// A person of the account withdrew it.
    Withdrawn,
}

/// The order has ended, so nothing changes it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the order is {} already", .0.as_str())]
pub struct OrderIsOver(pub OrderStatus);

/// An order to add, with what is recorded with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The order.
    pub order: Order,
    /// The entry of the audit trail.
    pub entry: AuditEntry,
    /// The notice to the operators, if they want one.
    pub notice: Option<MailNotice>,
}

/// A change of an order, with what is recorded with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderChange {
    /// The status of the order that was judged. No status occurs twice, so an order that has it still is unchanged.
    pub before: OrderStatus,
    /// The order after it.
    pub after: Order,
    /// The entry of the audit trail.
    pub entry: AuditEntry,
    /// The notice to the account holder, if there is one.
    pub notice: Option<MailNotice>,
}

impl OrderId {
    /// Returns a short name of the order, for people who talk about it: the last eight digits of its id.
    pub fn reference(self) -> String {
        let digits = self.0.simple().to_string();
        digits[digits.len() - 8..].to_uppercase()
    }
}

impl From<&Plan> for OrderedPlan {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id,
            name: plan.name.clone(),
            credits: plan.credits,
            price: plan.price,
        }
    }
}

impl Order {
    /// Returns the status, which is derived from the steps and therefore cannot contradict them.
    pub fn status(&self) -> OrderStatus {
        match (&self.end, &self.contacted) {
            (Some(end), _) => end.outcome.status(),
            (None, Some(_)) => OrderStatus::Contacted,
            (None, None) => OrderStatus::Pending,
        }
    }

    /// Returns the order after somebody contacted the person. Only the first contact is noted.
    pub fn note_contact(&self, step: Step) -> Result<Self, OrderIsOver> {
        self.require_open()?;
        let contacted = self.contacted.clone().or(Some(step));
        Ok(Self {
            contacted,
            ..self.clone()
        })
    }

    /// Returns the order after its last step.
    pub fn end(&self, step: Step, outcome: OrderOutcome) -> Result<Self, OrderIsOver> {
        self.require_open()?;
        let end = Some(OrderEnd { step, outcome });
        Ok(Self {
            end,
            ..self.clone()
        })
    }

    /// Returns the subscription that an activation grants, and its entry of the ledger.
    pub fn subscription(
        &self,
        id: SubscriptionId,
        credits: Credits,
        at: Timestamp,
    ) -> (Subscription, LedgerEntry) {
        let subscription = Subscription {
            id,
            account_id: self.account_id,
            plan_id: Some(self.plan.id),
            credits,
            remaining: credits,
            created_at: at,
            revoked_at: None,
        };
        let grant = LedgerEntry {
            account_id: self.account_id,
            subscription_id: id,
            message_id: None,
            kind: EntryKind::Grant,
            credits,
            at,
        };
        (subscription, grant)
    }

    /// Returns the row that the order's sealed texts are bound to.
    pub fn row(&self) -> Uuid {
        self.id.0
    }

    fn require_open(&self) -> Result<(), OrderIsOver> {
        let status = self.status();
        if status.is_open() {
            Ok(())
        } else {
            Err(OrderIsOver(status))
        }
    }
}

impl OrderOutcome {
    /// Returns the status of an order with this outcome.
    pub const fn status(&self) -> OrderStatus {
        match self {
            Self::Activated { .. } => OrderStatus::Activated,
            Self::Declined { .. } => OrderStatus::Declined,
            Self::Withdrawn => OrderStatus::Withdrawn,
        }
    }
}

impl Listed for Order {
    fn position(&self) -> PagePosition {
        PagePosition {
            created_at: self.placed_at,
            id: self.id.0,
        }
    }
}

#[cfg(test)]
mod tests;
