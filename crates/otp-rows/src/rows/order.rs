//! Orders, and their steps.

use std::collections::HashMap;

use diesel::prelude::*;
use otp_core::audit::Actor;
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, OrderId, PersonId, PlanId, SubscriptionId};
use otp_core::order::{
    ContactWay, DeclineReason, Order, OrderEnd, OrderOutcome, OrderStatus, OrderedPlan, Step,
};
use otp_core::plan::{Currency, Money};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;

use crate::schema::{order_steps, orders};
use crate::{Col, Unreadable};

/// An order without its steps.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = orders)]
pub struct OrderRow {
    id: Col<OrderId>,
    account_id: Col<AccountId>,
    person_id: Col<PersonId>,
    plan_id: Col<PlanId>,
    plan_name: Col<String>,
    credits: Col<Credits>,
    price_minor: Col<Option<i64>>,
    price_currency: Col<Option<Currency>>,
    contact_by: Col<ContactWay>,
    notes: Col<Option<Sealed>>,
    language: Col<UiLanguage>,
    placed_at: Col<Timestamp>,
    status: Col<OrderStatus>,
    subscription_id: Col<Option<SubscriptionId>>,
    payment: Col<Option<Sealed>>,
    reason: Col<Option<DeclineReason>>,
}

/// The columns of an order that a change replaces.
#[derive(AsChangeset)]
#[diesel(table_name = orders)]
#[diesel(treat_none_as_null = true)]
pub struct OrderChangeRow {
    status: Col<OrderStatus>,
    subscription_id: Col<Option<SubscriptionId>>,
    payment: Col<Option<Sealed>>,
    reason: Col<Option<DeclineReason>>,
}

/// The step that led to a status.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = order_steps)]
pub struct OrderStepRow {
    order_id: Col<OrderId>,
    status: Col<OrderStatus>,
    at: Col<Timestamp>,
    actor: Col<Actor>,
}

impl From<&Order> for OrderRow {
    fn from(order: &Order) -> Self {
        let end = OrderChangeRow::from(order);
        Self {
            id: Col(order.id),
            account_id: Col(order.account_id),
            person_id: Col(order.person_id),
            plan_id: Col(order.plan.id),
            plan_name: Col(order.plan.name.clone()),
            credits: Col(order.plan.credits),
            price_minor: Col(order.plan.price.map(|price| price.minor_units)),
            price_currency: Col(order.plan.price.map(|price| price.currency)),
            contact_by: Col(order.contact_by),
            notes: Col(order.notes.clone()),
            language: Col(order.language),
            placed_at: Col(order.placed_at),
            status: end.status,
            subscription_id: end.subscription_id,
            payment: end.payment,
            reason: end.reason,
        }
    }
}

impl From<&Order> for OrderChangeRow {
    fn from(order: &Order) -> Self {
        let outcome = order.end.as_ref().map(|end| &end.outcome);
        let (subscription_id, payment, reason) = match outcome {
            Some(OrderOutcome::Activated {
                subscription_id,
                payment,
            }) => (Some(*subscription_id), payment.clone(), None),
            Some(OrderOutcome::Declined { reason }) => (None, None, Some(reason.clone())),
            Some(OrderOutcome::Withdrawn) | None => (None, None, None),
        };
        Self {
            status: Col(order.status()),
            subscription_id: Col(subscription_id),
            payment: Col(payment),
            reason: Col(reason),
        }
    }
}

impl OrderStepRow {
    /// Returns the step that led to the order's status; `None` if it was only placed.
    pub fn last_of(order: &Order) -> Option<Self> {
        let end = order.end.as_ref().map(|end| &end.step);
        let step = end.or(order.contacted.as_ref())?;
        Some(Self {
            order_id: Col(order.id),
            status: Col(order.status()),
            at: Col(step.at),
            actor: Col(step.by.clone()),
        })
    }
}

/// Puts orders and their steps together. The steps may have been read later, so those that lead further than an order's
/// status are left out.
pub fn read_orders(
    rows: Vec<OrderRow>,
    steps: Vec<OrderStepRow>,
) -> Result<Vec<Order>, Unreadable> {
    let steps = steps.into_iter().map(|row| {
        let step = Step {
            at: row.at.0,
            by: row.actor.0,
        };
        ((row.order_id.0, row.status.0), step)
    });
    let mut steps: HashMap<_, _> = steps.collect();
    rows.into_iter()
        .map(|row| row.with_steps(&mut steps))
        .collect()
}

impl OrderRow {
    /// Returns the key by which its steps are found.
    pub fn id(&self) -> Col<OrderId> {
        Col(self.id.0)
    }

    fn with_steps(
        self,
        steps: &mut HashMap<(OrderId, OrderStatus), Step>,
    ) -> Result<Order, Unreadable> {
        let (id, status) = (self.id.0, self.status.0);
        let contacted = match status {
            OrderStatus::Pending => None,
            OrderStatus::Contacted
            | OrderStatus::Activated
            | OrderStatus::Declined
            | OrderStatus::Withdrawn => steps.remove(&(id, OrderStatus::Contacted)),
        };
        let outcome = match status {
            OrderStatus::Pending | OrderStatus::Contacted => None,
            OrderStatus::Activated => {
                let missing = Unreadable::new("orders.subscription_id", "subscription");
                Some(OrderOutcome::Activated {
                    subscription_id: self.subscription_id.0.ok_or(missing)?,
                    payment: self.payment.0,
                })
            }
            OrderStatus::Declined => {
                let missing = Unreadable::new("orders.reason", "reason");
                let reason = self.reason.0.ok_or(missing)?;
                Some(OrderOutcome::Declined { reason })
            }
            OrderStatus::Withdrawn => Some(OrderOutcome::Withdrawn),
        };
        let end = match outcome {
            None => None,
            Some(outcome) => {
                let missing = Unreadable::new("order_steps.status", "step of each status");
                let step = steps.remove(&(id, status)).ok_or(missing)?;
                Some(OrderEnd { step, outcome })
            }
        };
        let price = self.price_minor.0.zip(self.price_currency.0);
        Ok(Order {
            id,
            account_id: self.account_id.0,
            person_id: self.person_id.0,
            plan: OrderedPlan {
                id: self.plan_id.0,
                name: self.plan_name.0,
                credits: self.credits.0,
                price: price.map(|(minor_units, currency)| Money {
                    minor_units,
                    currency,
                }),
            },
            contact_by: self.contact_by.0,
            notes: self.notes.0,
            language: self.language.0,
            placed_at: self.placed_at.0,
            contacted,
            end,
        })
    }
}
