//! `order …`

use clap::{Args, Subcommand, ValueEnum};
use otp_core::account::{Contact, ContactLine};
use otp_core::credits::Credits;
use otp_core::ids::OrderId;
use otp_core::order::{DeclineReason, Order, OrderNotes, OrderOutcome, Step};
use otp_core::page::{Cursor, PageSize};
use otp_core::usecases::handle_orders::{Activation, HandledOrder, ListedOrder, OrderFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::{credits, id};
use crate::output::{Answer, progress};

#[derive(Subcommand)]
pub(crate) enum OrderCommand {
    /// List orders: those that wait, oldest first, by default.
    List(Wanted),
    /// Show one order, with masked contact details.
    Show {
        /// Order id.
        #[arg(value_parser = id)]
        id: Uuid,
        /// Show the contact details in the clear; the audit trail records it.
        #[arg(long)]
        reveal: bool,
    },
    /// Note that the customer was contacted.
    Contact {
        /// Order id.
        #[arg(value_parser = id)]
        id: Uuid,
    },
    /// Activate an order: grant its credits, and tell the account holder by mail.
    Activate {
        /// Order id.
        #[arg(value_parser = id)]
        id: Uuid,
        /// Number of credits, if other than those of the plan.
        #[arg(long, value_parser = credits)]
        credits: Option<Credits>,
        /// A note about the payment, such as the number of an invoice.
        #[arg(long, value_parser = ContactLine::parse)]
        payment: Option<ContactLine>,
    },
    /// Decline an order, and tell the account holder why by mail.
    Decline {
        /// Order id.
        #[arg(value_parser = id)]
        id: Uuid,
        /// The reason, which the account holder reads. It must not contain personal data.
        #[arg(long, value_parser = DeclineReason::parse)]
        reason: DeclineReason,
    },
}

#[derive(Args)]
pub(crate) struct Wanted {
    /// Status of the orders to list.
    #[arg(long, value_enum, default_value_t = Which::Waiting)]
    status: Which,
    /// With `--status all`: at most this many orders, 1 to 100.
    #[arg(long, default_value = "20", value_parser = PageSize::parse)]
    limit: PageSize,
    /// With `--status all`: continue after an earlier page, at the value that it named.
    #[arg(long, value_parser = Cursor::parse)]
    after: Option<Cursor>,
}

/// A choice of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    /// Those that nobody has contacted, oldest first.
    Waiting,
    /// Those whose customer was contacted, oldest first.
    Contacted,
    /// All of them, newest first.
    All,
}

pub(super) async fn run(
    administration: &Administration,
    command: OrderCommand,
) -> anyhow::Result<Answer> {
    let handle = administration.handle_orders()?;
    let by = staff_operator;
    let changed = match command {
        OrderCommand::List(wanted) => {
            let filter = match wanted.status {
                Which::Waiting => OrderFilter::Waiting,
                Which::Contacted => OrderFilter::Contacted,
                Which::All => OrderFilter::All(wanted.after),
            };
            let listed = handle.list(by()?, filter, wanted.limit).await?;
            if let Some(next) = listed.page.next {
                progress(&format!("more: --after {next}"));
            }
            let columns = [
                "id",
                "company",
                "plan",
                "credits",
                "contactBy",
                "status",
                "placedAt",
            ];
            let rows = listed.page.items.iter().map(row).collect();
            return Ok(Answer::table(rows, &columns));
        }
        OrderCommand::Show { id, reveal } => {
            let id = OrderId(id);
            let mut object = details(&handle.show(by()?, id).await?);
            if reveal {
                let contact = handle.reveal_contact(by()?, id).await?;
                add_contact(&mut object, &contact);
            }
            return Ok(Answer::object(object));
        }
        OrderCommand::Contact { id } => handle.note_contact(by()?, OrderId(id)).await?,
        OrderCommand::Activate {
            id,
            credits,
            payment,
        } => {
            let activation = Activation {
                id: OrderId(id),
                credits,
                payment,
            };
            handle.activate(by()?, activation).await?
        }
        OrderCommand::Decline { id, reason } => handle.decline(by()?, OrderId(id), reason).await?,
    };
    Ok(Answer::object(shown(&changed)))
}

fn row(listed: &ListedOrder) -> Value {
    let mut object = shown(&listed.order);
    object["company"] = json!(listed.company.as_ref().map(ContactLine::as_str));
    object
}

fn details(handled: &HandledOrder) -> Value {
    let mut object = shown(&handled.order);
    let customer = handled.customer.as_ref();
    object["company"] = json!(customer.map(|customer| customer.company.as_str()));
    object["name"] = json!(customer.map(|customer| customer.name.as_str()));
    object["phone"] = json!(customer.map(|customer| &customer.phone));
    object["email"] = json!(customer.map(|customer| &customer.email));
    let notes = customer.and_then(|customer| customer.notes.as_ref());
    object["notes"] = json!(notes.map(OrderNotes::as_str));
    let payment = customer.and_then(|customer| customer.payment.as_ref());
    object["payment"] = json!(payment.map(ContactLine::as_str));
    object["creditsLeft"] = json!(handled.credits.left);
    object["otherOrdersActivated"] = json!(handled.activated);
    object["otherOrdersDeclined"] = json!(handled.declined);
    object
}

fn add_contact(object: &mut Value, contact: &Contact) {
    object["name"] = json!(contact.name.as_str());
    object["phone"] = json!(contact.phone.as_str());
    object["email"] = json!(contact.email.as_str());
}

fn shown(order: &Order) -> Value {
    let end = order.end.as_ref();
    let (subscription, reason) = match end.map(|end| &end.outcome) {
        Some(OrderOutcome::Activated {
            subscription_id, ..
        }) => (Some(subscription_id.0), None),
        Some(OrderOutcome::Declined { reason }) => (None, Some(reason.as_str())),
        Some(OrderOutcome::Withdrawn) | None => (None, None),
    };
    let at = |step: Option<&Step>| step.map(|step| step.at.to_rfc3339());
    let by = |step: Option<&Step>| step.map(|step| step.by.as_str().to_owned());
    let ended = end.map(|end| &end.step);
    json!({
        "id": order.id.0,
        "reference": order.id.reference(),
        "accountId": order.account_id.0,
        "personId": order.person_id.0,
        "planId": order.plan.id.0,
        "plan": order.plan.name,
        "credits": order.plan.credits.get(),
        "price": order.plan.price.map(|price| price.to_decimal()),
        "currency": order.plan.price.map(|price| price.currency.as_str().to_owned()),
        "contactBy": order.contact_by.as_str(),
        "language": order.language.as_str(),
        "status": order.status().as_str(),
        "placedAt": order.placed_at.to_rfc3339(),
        "contactedAt": at(order.contacted.as_ref()),
        "contactedBy": by(order.contacted.as_ref()),
        "endedAt": at(ended),
        "endedBy": by(ended),
        "subscriptionId": subscription,
        "reason": reason,
    })
}
