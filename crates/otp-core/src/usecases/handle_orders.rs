//! Handle orders: staff see which orders wait, contact the people, and activate or decline.
//!
//! To see a number or an address, the audit trail records it before it is returned.

use std::sync::Arc;

use crate::account::{Contact, ContactLine};
use crate::audit::{Actor, AuditAction};
use crate::credits::Credits;
use crate::ids::{AccountId, OrderId, SubscriptionId};
use crate::notice::{NoticeKind, Reason};
use crate::order::{DeclineReason, Order, OrderIsOver, OrderNotes, OrderOutcome, OrderStatus};
use crate::page::{Cursor, Page, PagePosition, PageSize};
use crate::person::permission::StaffAction;
use crate::ports::{Accounts, AuditTrail, PortError, Subscriptions};
use crate::sealing::{AccountSealer, Purpose};
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::change_order::{ChangeOrder, ChangeOrderError};
use crate::usecases::manage_own_orders::open_notes;
use crate::usecases::show_overview::CreditsLeft;
use crate::usecases::staff_actor::StaffActor;

/// At most this many open orders are looked at, the oldest first.
pub const MAX_LISTED: usize = 500;

/// At most this many earlier orders of an account are counted.
const MAX_COUNTED: usize = 100;

/// Handles orders.
#[derive(Clone)]
pub struct HandleOrders {
    /// Finds the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Finds the credits of an account.
    pub subscriptions: Arc<dyn Subscriptions>,
    /// Opens contact details and notes.
    pub sealers: AccountSealers,
    /// Records who saw contact details.
    pub audit: Arc<dyn AuditTrail>,
    /// Stores orders.
    pub change: ChangeOrder,
}

/// The orders that staff ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFilter {
    /// Those that nobody has contacted, oldest first.
    Waiting,
    /// Those whose person was contacted, oldest first.
    Contacted,
    /// All of them, newest first, from this position on.
    All(Option<Cursor>),
}

/// A list of orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOrders {
    /// The orders.
    pub page: Page<ListedOrder>,
    /// How many wait.
    pub waiting: usize,
    /// How many were contacted.
    pub contacted: usize,
}

/// An order in a list of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOrder {
    /// The order.
    pub order: Order,
    /// The business; `None` once it is erased.
    pub company: Option<ContactLine>,
}

/// An order as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandledOrder {
    /// The order.
    pub order: Order,
    /// The data of the account holder; `None` once they are erased.
    pub customer: Option<Customer>,
    /// The credits that the account has left.
    pub credits: CreditsLeft,
    /// How many other orders of the account were activated.
    pub activated: usize,
    /// How many other orders of the account were declined.
    pub declined: usize,
}

/// The account holder behind an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The business.
    pub company: ContactLine,
    /// The person or department responsible.
    pub name: ContactLine,
    /// The number, masked.
    pub phone: String,
    /// The mail address, masked.
    pub email: String,
    /// The notes of the person who ordered.
    pub notes: Option<OrderNotes>,
    /// The note about the payment.
    pub payment: Option<ContactLine>,
}

/// The activation of an order, as staff describe it.
#[derive(Debug, Clone)]
pub struct Activation {
    /// The order.
    pub id: OrderId,
    /// The credits to grant; those of the plan if `None`.
    pub credits: Option<Credits>,
    /// A note about the payment, such as the number of an invoice.
    pub payment: Option<ContactLine>,
}

/// The reason orders were not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum HandleOrdersError {
    /// The role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// There is no such order.
    #[error("no order has that id")]
    NotFound,
    /// The order has ended.
    #[error(transparent)]
    IsOver(#[from] OrderIsOver),
    /// An activation grants no credits.
    #[error("a grant has at least 1 credit")]
    NoCredits,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<ChangeOrderError> for HandleOrdersError {
    fn from(error: ChangeOrderError) -> Self {
        match error {
            ChangeOrderError::NotFound => Self::NotFound,
            ChangeOrderError::IsOver(over) => Self::IsOver(over),
            ChangeOrderError::Port(error) => Self::Port(error),
        }
    }
}

impl HandleOrders {
    /// Lists orders.
    pub async fn list(
        &self,
        by: StaffActor<'_>,
        filter: OrderFilter,
        size: PageSize,
    ) -> Result<ListedOrders, HandleOrdersError> {
        actor(by, StaffAction::LookAtOrders)?;
        let orders = &self.change.orders;
        let open = orders.list_open_orders(MAX_LISTED).await?;
        let with = |status| {
            let open = open.iter().filter(move |order| order.status() == status);
            open.cloned().collect::<Vec<_>>()
        };
        let (waiting, contacted) = (with(OrderStatus::Pending), with(OrderStatus::Contacted));
        let (waiting_count, contacted_count) = (waiting.len(), contacted.len());
        let page = match filter {
            OrderFilter::Waiting => whole(waiting),
            OrderFilter::Contacted => whole(contacted),
            OrderFilter::All(cursor) => {
                let start = PagePosition::start(cursor, None);
                let found = orders.list_orders(start, size.with_one_more()).await?;
                Page::of_found(found, size)
            }
        };
        let mut items = Vec::with_capacity(page.items.len());
        for order in page.items {
            items.push(ListedOrder {
                company: self.company(order.account_id).await?,
                order,
            });
        }
        Ok(ListedOrders {
            page: Page {
                items,
                next: page.next,
            },
            waiting: waiting_count,
            contacted: contacted_count,
        })
    }

    /// Returns an order, with masked contact details.
    pub async fn show(
        &self,
        by: StaffActor<'_>,
        id: OrderId,
    ) -> Result<HandledOrder, HandleOrdersError> {
        actor(by, StaffAction::LookAtOrders)?;
        let order = self.find(id).await?;
        let account = order.account_id;
        let customer = match self.contact(account).await? {
            Some((contact, sealer)) => Some(Customer {
                phone: contact.phone.masked(),
                email: contact.email.masked(),
                notes: open_notes(&order, &sealer)?,
                payment: open_payment(&order, &sealer)?,
                company: contact.company,
                name: contact.name,
            }),
            None => None,
        };
        let subscriptions = self.subscriptions.list(account).await?;
        let orders = &self.change.orders;
        let others = orders.list_orders_of(account, MAX_COUNTED).await?;
        let ended_as = |status| {
            let others = others.iter().filter(|other| other.id != id);
            others.filter(|other| other.status() == status).count()
        };
        Ok(HandledOrder {
            activated: ended_as(OrderStatus::Activated),
            declined: ended_as(OrderStatus::Declined),
            credits: CreditsLeft::of(&subscriptions),
            order,
            customer,
        })
    }

    /// Returns the contact details behind an order in the clear, once the audit trail has recorded it.
    pub async fn reveal_contact(
        &self,
        by: StaffActor<'_>,
        id: OrderId,
    ) -> Result<Contact, HandleOrdersError> {
        let actor = actor(by, StaffAction::HandleOrders)?;
        let order = self.find(id).await?;
        let contact = self.contact(order.account_id).await?;
        let (contact, _) = contact.ok_or(HandleOrdersError::NotFound)?;
        let entry = self
            .change
            .entry(id, &actor, AuditAction::RevealOrderContact);
        self.audit.append_audit_entries(&[entry]).await?;
        Ok(contact)
    }

    /// Notes that the person was contacted.
    pub async fn note_contact(
        &self,
        by: StaffActor<'_>,
        id: OrderId,
    ) -> Result<Order, HandleOrdersError> {
        let actor = actor(by, StaffAction::HandleOrders)?;
        let noted = self.change.execute(
            id,
            (&actor, AuditAction::NoteOrderContact),
            Order::note_contact,
            None,
        );
        Ok(noted.await?)
    }

    /// Declines an open order, and tells the account holder why.
    pub async fn decline(
        &self,
        by: StaffActor<'_>,
        id: OrderId,
        reason: DeclineReason,
    ) -> Result<Order, HandleOrdersError> {
        let actor = actor(by, StaffAction::HandleOrders)?;
        let notice = NoticeKind::OrderDeclined {
            order_id: id,
            reason: Reason::new(reason.as_str()),
        };
        let outcome = OrderOutcome::Declined { reason };
        let declined = self.change.execute(
            id,
            (&actor, AuditAction::DeclineOrder),
            |order, step| order.end(step, outcome.clone()),
            Some(notice),
        );
        Ok(declined.await?)
    }

    /// Activates an open order: grants its credits, and tells the account holder.
    pub async fn activate(
        &self,
        by: StaffActor<'_>,
        activation: Activation,
    ) -> Result<Order, HandleOrdersError> {
        let actor = actor(by, StaffAction::ActivateOrders)?;
        if activation.credits == Some(Credits::ZERO) {
            return Err(HandleOrdersError::NoCredits);
        }
        // A status only moves on, so this ends.
        loop {
            let order = self.find(activation.id).await?;
            let sealer = self.sealers.find(order.account_id).await?;
            let sealer = sealer.ok_or(HandleOrdersError::NotFound)?;
            let seal = |payment: &ContactLine| {
                let randomness = &*self.change.randomness;
                let (purpose, row) = (Purpose::OrderPayment, order.row());
                sealer.seal(purpose, row, payment.as_str(), randomness)
            };
            let step = self.change.step(&actor);
            let at = step.at;
            let id = SubscriptionId::generate(at, &*self.change.randomness);
            let credits = activation.credits.unwrap_or(order.plan.credits);
            let outcome = OrderOutcome::Activated {
                subscription_id: id,
                payment: activation.payment.as_ref().map(seal),
            };
            let after = order.end(step, outcome)?;
            let notice = NoticeKind::OrderActivated {
                order_id: order.id,
                credits,
            };
            let by = (&actor, AuditAction::ActivateOrder);
            let change = self.change.change_of(&order, after, by, Some(notice));
            let (subscription, grant) = order.subscription(id, credits, at);
            let orders = &self.change.orders;
            if orders
                .activate_order(&change, &subscription, &grant)
                .await?
            {
                return Ok(change.after);
            }
        }
    }

    async fn find(&self, id: OrderId) -> Result<Order, HandleOrdersError> {
        let order = self.change.orders.find_order(id).await?;
        order.ok_or(HandleOrdersError::NotFound)
    }

    /// Returns the contact details of an account with its sealer; `None` once its key is deleted.
    async fn contact(
        &self,
        account: AccountId,
    ) -> Result<Option<(Contact, Arc<AccountSealer>)>, PortError> {
        let found = self.accounts.find(account).await?;
        let sealer = self.sealers.find(account).await?;
        let Some((found, sealer)) = found.zip(sealer) else {
            return Ok(None);
        };
        let contact = found.contact.open(&sealer);
        let contact = contact.map_err(|error| PortError::Backend(error.into()))?;
        Ok(Some((contact, sealer)))
    }

    async fn company(&self, account: AccountId) -> Result<Option<ContactLine>, PortError> {
        let contact = self.contact(account).await?;
        Ok(contact.map(|(contact, _)| contact.company))
    }
}

/// Returns who acts, if they may.
fn actor(by: StaffActor<'_>, action: StaffAction) -> Result<Actor, HandleOrdersError> {
    by.authorise(action).ok_or(HandleOrdersError::Forbidden)
}

fn whole(items: Vec<Order>) -> Page<Order> {
    Page { items, next: None }
}

fn open_payment(order: &Order, sealer: &AccountSealer) -> Result<Option<ContactLine>, PortError> {
    let outcome = order.end.as_ref().map(|end| &end.outcome);
    let Some(OrderOutcome::Activated {
        payment: Some(sealed),
        ..
    }) = outcome
    else {
        return Ok(None);
    };
    let text = sealer.open(Purpose::OrderPayment, order.row(), sealed);
    let text = text.map_err(|error| PortError::Backend(error.into()))?;
    let line = ContactLine::parse(&text).map_err(|error| PortError::Backend(error.into()))?;
    Ok(Some(line))
}
