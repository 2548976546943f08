//! Manage own orders: a person orders a plan for their account, follows the order, and withdraws it.

use std::sync::Arc;

use crate::account::Contact;
use crate::audit::AuditAction;
use crate::ids::{AccountId, OrderId, PlanId};
use crate::notice::{MailNotice, NoticeKind};
use crate::order::{
    ContactWay, NewOrder, Order, OrderIsOver, OrderNotes, OrderOutcome, OrderedPlan,
};
use crate::person::permission::AccountAction;
use crate::plan::Plan;
use crate::ports::{Accounts, Plans, PortError};
use crate::sealing::{AccountSealer, Purpose};
use crate::ui_language::UiLanguage;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::change_order::{ChangeOrder, ChangeOrderError};
use crate::usecases::resume_session::Viewer;

/// The greatest number of open orders of an account.
pub const MAX_OPEN: usize = 10;

/// At most this many orders of an account are shown, the newest first.
const MAX_SHOWN: usize = 100;

/// Manages the orders of a person's account.
#[derive(Clone)]
pub struct ManageOwnOrders {
    /// Finds plans.
    pub plans: Arc<dyn Plans>,
    /// Finds the contact details of the account.
    pub accounts: Arc<dyn Accounts>,
    /// Opens them, and seals notes.
    pub sealers: AccountSealers,
    /// Stores orders.
    pub change: ChangeOrder,
    /// Whether the operators want a mail for each order.
    pub tells_operators: bool,
}

/// An order as its account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOrder {
    /// The order.
    pub order: Order,
    /// The notes in the clear.
    pub notes: Option<OrderNotes>,
}

/// A plan that a person is about to order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The id that the order will have, so that a form sent twice orders once.
    pub order_id: OrderId,
    /// The plan.
    pub plan: Plan,
    /// The contact details of the account.
    pub contact: Contact,
}

/// A parsed form of an order.
#[derive(Debug, Clone)]
pub struct OrderRequest {
    /// The id from [`Offer::order_id`].
    pub id: OrderId,
    /// The plan.
    pub plan: PlanId,
    /// How the person wants to be contacted.
    pub contact_by: ContactWay,
    /// The person's notes.
    pub notes: Option<OrderNotes>,
    /// The language of the form.
    pub language: UiLanguage,
}

/// The reason nothing was ordered, shown or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum ManageOwnOrdersError {
    /// There is no such order or plan, the person has no account, or their role does not allow it.
    #[error(
        "the account has no such order, no such plan is offered, or the role does not allow it"
    )]
    NotFound,
    /// The account has too many open orders.
    #[error("the account has {MAX_OPEN} open orders")]
    TooMany,
    /// The order has ended.
    #[error(transparent)]
    IsOver(#[from] OrderIsOver),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<ChangeOrderError> for ManageOwnOrdersError {
    fn from(error: ChangeOrderError) -> Self {
        match error {
            ChangeOrderError::NotFound => Self::NotFound,
            ChangeOrderError::IsOver(over) => Self::IsOver(over),
            ChangeOrderError::Port(error) => Self::Port(error),
        }
    }
}

impl ManageOwnOrders {
    /// Returns whether the person may order, and withdraw orders.
    pub fn may_order(&self, viewer: &Viewer) -> bool {
        viewer.account_for(AccountAction::Order).is_some()
    }

    /// Returns the plans that can be ordered, oldest first.
    pub async fn list_offered(&self, viewer: &Viewer) -> Result<Vec<Plan>, ManageOwnOrdersError> {
        let mut plans = self.list_plans(viewer).await?;
        plans.retain(Plan::is_offered);
        Ok(plans)
    }

    /// Returns every plan, oldest first, even if it is no longer offered: subscriptions refer to it.
    pub async fn list_plans(&self, viewer: &Viewer) -> Result<Vec<Plan>, ManageOwnOrdersError> {
        account_of(viewer, AccountAction::Look)?;
        Ok(self.plans.list().await?)
    }

    /// Returns what a person has to know before they confirm an order.
    pub async fn offer(&self, viewer: &Viewer, id: PlanId) -> Result<Offer, ManageOwnOrdersError> {
        let account = account_of(viewer, AccountAction::Order)?;
        let plan = self.find_offered(id).await?;
        let found = self.accounts.find(account).await?;
        let found = found.ok_or(ManageOwnOrdersError::NotFound)?;
        let sealer = self.sealer(account).await?;
        let contact = found.contact.open(&sealer);
        let now = self.change.clock.now();
        Ok(Offer {
            order_id: OrderId::generate(now, &*self.change.randomness),
            plan,
            contact: contact.map_err(|error| PortError::Backend(error.into()))?,
        })
    }

    /// Places an order, and returns it. A request with an id that the account has already ordered under changes nothing,
    /// and returns that order.
    pub async fn place(
        &self,
        viewer: &Viewer,
        request: OrderRequest,
    ) -> Result<Order, ManageOwnOrdersError> {
        let account = account_of(viewer, AccountAction::Order)?;
        let orders = &self.change.orders;
        if let Some(placed) = orders.find_order(request.id).await? {
            return own(placed, account);
        }
        let plan = self.find_offered(request.plan).await?;
        let known = orders.list_orders_of(account, MAX_SHOWN).await?;
        let open = known.iter().filter(|order| order.status().is_open());
        if open.count() >= MAX_OPEN {
            return Err(ManageOwnOrdersError::TooMany);
        }
        let sealer = self.sealer(account).await?;
        let seal = |notes: &OrderNotes| {
            let randomness = &*self.change.randomness;
            let row = request.id.0;
            sealer.seal(Purpose::OrderNotes, row, notes.as_str(), randomness)
        };
        let actor = viewer.person.id.actor();
        let entry = self
            .change
            .entry(request.id, &actor, AuditAction::PlaceOrder);
        let kind = NoticeKind::OrderPlaced {
            order_id: request.id,
            credits: plan.credits,
        };
        let occasion = request.id.to_string();
        let notice = MailNotice::new(account, kind, &occasion, None, entry.at);
        let order = Order {
            id: request.id,
            account_id: account,
            person_id: viewer.person.id,
            plan: OrderedPlan::from(&plan),
            contact_by: request.contact_by,
            notes: request.notes.as_ref().map(seal),
            language: request.language,
            placed_at: entry.at,
            contacted: None,
            end: None,
        };
        let new = NewOrder {
            order,
            entry,
            notice: self.tells_operators.then_some(notice),
        };
        if orders.place_order(&new).await? {
            return Ok(new.order);
        }
        // Another request with this id came first.
        let placed = orders.find_order(request.id).await?;
        own(placed.ok_or(ManageOwnOrdersError::NotFound)?, account)
    }

    /// Returns the orders of the person's account, newest first.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<OwnOrder>, ManageOwnOrdersError> {
        let account = account_of(viewer, AccountAction::Look)?;
        let orders = self
            .change
            .orders
            .list_orders_of(account, MAX_SHOWN)
            .await?;
        let sealer = self.sealer(account).await?;
        orders
            .into_iter()
            .map(|order| open(order, &sealer))
            .collect()
    }

    /// Returns an order of the person's account. One of another account counts as unknown.
    pub async fn find(
        &self,
        viewer: &Viewer,
        id: OrderId,
    ) -> Result<OwnOrder, ManageOwnOrdersError> {
        let account = account_of(viewer, AccountAction::Look)?;
        let order = self.change.orders.find_order(id).await?;
        let order = own(order.ok_or(ManageOwnOrdersError::NotFound)?, account)?;
        open(order, &*self.sealer(account).await?)
    }

    /// Withdraws an open order.
    pub async fn withdraw(
        &self,
        viewer: &Viewer,
        id: OrderId,
    ) -> Result<Order, ManageOwnOrdersError> {
        let account = account_of(viewer, AccountAction::Order)?;
        let order = self.change.orders.find_order(id).await?;
        own(order.ok_or(ManageOwnOrdersError::NotFound)?, account)?;
        let actor = viewer.person.id.actor();
        let withdrawn = self.change.execute(
            id,
            (&actor, AuditAction::WithdrawOrder),
            |order, step| order.end(step, OrderOutcome::Withdrawn),
            None,
        );
        Ok(withdrawn.await?)
    }

    async fn find_offered(&self, id: PlanId) -> Result<Plan, ManageOwnOrdersError> {
        let plan = self.plans.find(id).await?;
        let offered = plan.filter(Plan::is_offered);
        offered.ok_or(ManageOwnOrdersError::NotFound)
    }

    async fn sealer(&self, account: AccountId) -> Result<Arc<AccountSealer>, ManageOwnOrdersError> {
        let sealer = self.sealers.find(account).await?;
        sealer.ok_or(ManageOwnOrdersError::NotFound)
    }
}

/// Returns the person's account, if their role allows the action.
fn account_of(viewer: &Viewer, action: AccountAction) -> Result<AccountId, ManageOwnOrdersError> {
    let account = viewer.account_for(action);
    account.ok_or(ManageOwnOrdersError::NotFound)
}

fn own(order: Order, account: AccountId) -> Result<Order, ManageOwnOrdersError> {
    if order.account_id == account {
        Ok(order)
    } else {
        Err(ManageOwnOrdersError::NotFound)
    }
}

fn open(order: Order, sealer: &AccountSealer) -> Result<OwnOrder, ManageOwnOrdersError> {
    let notes = open_notes(&order, sealer)?;
    Ok(OwnOrder { order, notes })
}

/// Opens the notes of an order.
pub(super) fn open_notes(
    order: &Order,
    sealer: &AccountSealer,
) -> Result<Option<OrderNotes>, PortError> {
    let Some(sealed) = &order.notes else {
        return Ok(None);
    };
    let text = sealer.open(Purpose::OrderNotes, order.row(), sealed);
    let text = text.map_err(|error| PortError::Backend(error.into()))?;
    let notes = OrderNotes::parse(&text).map_err(|error| PortError::Backend(error.into()))?;
    Ok(Some(notes))
}
