//! `/admin/orders/{id}`: one order, the way to its customer, and its activation.

mod answers;
mod decline;
mod draft;
mod samples;

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::account::Contact;
use otp_core::ids::{OrderId, parse_uuid};
use otp_core::order::{Order, OrderNotes, OrderOutcome, Step};
use otp_core::person::permission::{StaffAction, staff_allowed};
use otp_core::person::staff::StaffRole;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::handle_orders::{Activation, Customer, HandledOrder};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::error_page::Problem;
use crate::fields;
use crate::form::{Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::order_view::{ShownOrder, count};
use crate::page::Page;
use crate::staff_orders::{language_key, refuse};
use crate::visit::Visit;
use answers::answer_change;
use draft::Drafts;

pub(crate) use decline::DeclinePage;

#[derive(Template)]
#[template(path = "staff_order.html")]
pub(crate) struct StaffOrderPage {
    page: Page,
    frame: Frame,
    order: ShownOrder,
    language: UiLanguage,
    /// `None` once the account holder is erased.
    customer: Option<ShownCustomer>,
    /// The drafts to the customer, once the contact is shown.
    drafts: Option<Drafts>,
    credits_left: u64,
    activated: usize,
    declined: usize,
    history: Vec<ShownStep>,
    /// The reason it was declined, if it was.
    reason: Option<String>,
    role: Option<StaffRole>,
    credits: Field,
    payment: Field,
    refused: Option<Refused>,
}

/// The account holder behind an order.
#[derive(Debug, Clone)]
struct ShownCustomer {
    company: String,
    name: String,
    /// Masked, until the audit trail knows who sees it.
    phone: String,
    /// Masked, until the audit trail knows who sees it.
    email: String,
    notes: Option<String>,
    payment: Option<String>,
}

/// A step of an order.
#[derive(Debug, Clone)]
struct ShownStep {
    key: &'static str,
    by: String,
    at: Timestamp,
}

impl FormPage for StaffOrderPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.credits, &self.payment]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl From<Customer> for ShownCustomer {
    fn from(customer: Customer) -> Self {
        let notes = customer.notes.as_ref();
        let payment = customer.payment.as_ref();
        Self {
            company: customer.company.as_str().to_owned(),
            name: customer.name.as_str().to_owned(),
            notes: notes.map(OrderNotes::as_str).map(str::to_owned),
            payment: payment.map(|payment| payment.as_str().to_owned()),
            phone: customer.phone,
            email: customer.email,
        }
    }
}

impl StaffOrderPage {
    fn new(page: Page, frame: Frame, handled: HandledOrder) -> Self {
        let order = ShownOrder::from(&handled.order);
        let credits = handled.order.plan.credits.get().to_string();
        let outcome = handled.order.end.as_ref().map(|end| &end.outcome);
        let reason = match outcome {
            Some(OrderOutcome::Declined { reason }) => Some(reason.as_str().to_owned()),
            Some(OrderOutcome::Activated { .. } | OrderOutcome::Withdrawn) | None => None,
        };
        Self {
            role: frame.staff,
            page,
            frame,
            language: handled.order.language,
            customer: handled.customer.map(ShownCustomer::from),
            drafts: None,
            credits_left: count(handled.credits.left),
            activated: handled.activated,
            declined: handled.declined,
            history: history(&handled.order, &order),
            reason,
            order,
            credits: Field::new(FieldKind::GrantedCredits, &credits, None),
            payment: Field::empty(FieldKind::Payment),
            refused: None,
        }
    }

    /// Shows the contact in the clear.
    fn reveal(&mut self, contact: &Contact, order: &Order) {
        self.drafts = Some(Drafts::new(contact, order));
        if let Some(customer) = &mut self.customer {
            contact.phone.as_str().clone_into(&mut customer.phone);
            contact.email.as_str().clone_into(&mut customer.email);
        }
    }

    const fn language_key(&self) -> &'static str {
        language_key(self.language)
    }

    fn may(&self, action: StaffAction) -> bool {
        let is_open = self.order.is_open() && self.customer.is_some();
        let role = self.role.filter(|_| is_open);
        role.is_some_and(|role| staff_allowed(role, action))
    }

    fn may_handle(&self) -> bool {
        self.may(StaffAction::HandleOrders)
    }

    fn may_activate(&self) -> bool {
        self.may(StaffAction::ActivateOrders)
    }

    fn may_note_contact(&self) -> bool {
        self.may_handle() && self.order.status_key() == "order-waiting"
    }

    fn number(&self, count: &usize) -> u64 {
        u64::try_from(*count).unwrap_or(u64::MAX)
    }
}

/// Returns the steps of an order, oldest first.
fn history(order: &Order, shown: &ShownOrder) -> Vec<ShownStep> {
    let step = |key, step: &Step| ShownStep {
        key,
        by: step.by.as_str().to_owned(),
        at: step.at,
    };
    let placed = Step {
        at: order.placed_at,
        by: order.person_id.actor(),
    };
    let mut steps = vec![step("order-placed", &placed)];
    steps.extend(
        order
            .contacted
            .as_ref()
            .map(|by| step("order-contacted", by)),
    );
    let end = order.end.as_ref();
    steps.extend(end.map(|end| step(shown.status_key(), &end.step)));
    steps
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/orders/{id}").get(show).finish())
        .service(resource_at("/orders/{id}/contact").post(reveal).finish())
        .service(
            resource_at("/orders/{id}/contacted")
                .post(note_contact)
                .finish(),
        )
        .service(resource_at("/orders/{id}/activate").post(activate).finish())
        .service(decline::resource());
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtOrders).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer, &path).await {
        Ok((page, _)) => page.answer(),
        Err(answer) => answer,
    }
}

/// Shows the contact of the customer, once the audit trail has recorded it.
async fn reveal(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit
        .form_of_staff(StaffAction::HandleOrders, payload)
        .await
    {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (mut page, order) = match page_of(&visit, &viewer, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let (handle, id) = (visit.state.handle_orders.clone(), order.id);
    let revealed = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        handle.reveal_contact(by, id).await
    });
    match revealed.await {
        Ok(Ok(contact)) => {
            page.reveal(&contact, &order);
            page.answer()
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn note_contact(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit
        .form_of_staff(StaffAction::HandleOrders, payload)
        .await
    {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path).map(OrderId) else {
        return visit.problem(Problem::NotFound);
    };
    let handle = visit.state.handle_orders.clone();
    let noted = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        handle.note_contact(by, id).await
    });
    answer_change(&visit, id, noted.await)
}

async fn activate(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit
        .form_of_staff(StaffAction::ActivateOrders, payload)
        .await
    {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path).map(OrderId) else {
        return visit.problem(Problem::NotFound);
    };
    let kind = FieldKind::GrantedCredits;
    let (credits, granted) = read(kind, typed.get(kind.name()), fields::credits);
    let kind = FieldKind::Payment;
    let (payment, paid) = read(kind, typed.get(kind.name()), fields::payment);
    let (Some(granted), Some(paid)) = (granted, paid) else {
        return match page_of(&visit, &viewer, &path).await {
            Ok((mut page, _)) => {
                (page.credits, page.payment) = (credits, payment);
                page.answer()
            }
            Err(answer) => answer,
        };
    };
    let activation = Activation {
        id,
        credits: Some(granted),
        payment: paid,
    };
    let handle = visit.state.handle_orders.clone();
    let activated = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        handle.activate(by, activation).await
    });
    answer_change(&visit, id, activated.await)
}

async fn page_of(
    visit: &Visit,
    viewer: &Viewer,
    id: &str,
) -> Result<(StaffOrderPage, Order), HttpResponse> {
    let id = parse_uuid(id).map_err(|_| visit.problem(Problem::NotFound))?;
    let (handle, of) = (visit.state.handle_orders.clone(), viewer.clone());
    let found = visit.run(async move {
        let by = StaffActor::Viewer(&of);
        handle.show(by, OrderId(id)).await
    });
    let handled = found.await?.map_err(|error| refuse(visit, error))?;
    let (frame, order) = (visit.frame(viewer, Place::Orders), handled.order.clone());
    Ok((StaffOrderPage::new(visit.page(), frame, handled), order))
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) const KEYS: [&str; 5] = [
    "order-placed",
    "language-arabic",
    "language-english",
    "draft-subject",
    "draft-text",
];
