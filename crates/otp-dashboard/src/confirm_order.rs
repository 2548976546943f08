//! `/dashboard/purchase/{plan}`: confirms an order of a plan.
//!
//! The form has the id of the order already, so that one that is sent twice orders once.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::{OrderId, PlanId, parse_uuid};
use otp_core::order::ContactWay;
use otp_core::usecases::manage_own_orders::{ManageOwnOrdersError, Offer, OrderRequest};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::order_view;
use crate::page::Page;
use crate::purchase::ShownPlan;
use crate::samples::Samples;
use crate::subscriptions::refuse;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "confirm_order.html")]
pub(crate) struct ConfirmOrderPage {
    page: Page,
    frame: Frame,
    plan: ShownPlan,
    order_id: String,
    contact: ShownContact,
    contact_by: ContactWay,
    notes: Field,
    refused: Option<Refused>,
}

/// The contact details of the account.
#[derive(Debug, Clone)]
struct ShownContact {
    name: String,
    company: String,
    email: String,
    phone: String,
}

impl FormPage for ConfirmOrderPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.notes]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl ConfirmOrderPage {
    fn new(page: Page, frame: Frame, offer: &Offer) -> Self {
        let contact = &offer.contact;
        Self {
            page,
            frame,
            plan: (&offer.plan).into(),
            order_id: offer.order_id.to_string(),
            contact: ShownContact {
                name: contact.name.as_str().to_owned(),
                company: contact.company.as_str().to_owned(),
                email: contact.email.as_str().to_owned(),
                phone: contact.phone.as_str().to_owned(),
            },
            contact_by: ContactWay::WhatsApp,
            notes: Field::empty(FieldKind::OrderNotes),
            refused: None,
        }
    }

    fn is_by_email(&self) -> bool {
        self.contact_by == ContactWay::Email
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/purchase/{plan}")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer, &path).await {
        Ok(page) => page.answer(),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (Ok(plan), Ok(id)) = (parse_uuid(&path), parse_uuid(typed.get("order"))) else {
        return visit.problem(Problem::NotFound);
    };
    let kind = FieldKind::OrderNotes;
    let (notes, noted) = read(kind, typed.get(kind.name()), fields::order_notes);
    let contact_by = ContactWay::parse(typed.get("by")).unwrap_or(ContactWay::WhatsApp);
    let filled_in = async |refused| match page_of(&visit, &viewer, &path).await {
        Ok(mut page) => {
            (page.notes, page.contact_by) = (notes.clone(), contact_by);
            (page.order_id, page.refused) = (id.to_string(), refused);
            page.answer()
        }
        Err(answer) => answer,
    };
    let Some(noted) = noted else {
        return filled_in(None).await;
    };
    let request = OrderRequest {
        id: OrderId(id),
        plan: PlanId(plan),
        contact_by,
        notes: noted,
        language: visit.language(),
    };
    let (orders, of) = (visit.state.manage_own_orders.clone(), viewer.clone());
    match visit
        .run(async move { orders.place(&of, request).await })
        .await
    {
        Ok(Ok(order)) => answer::go_to(&order_view::path(order.id)),
        Ok(Err(ManageOwnOrdersError::TooMany)) => filled_in(Some(Refused::ManyOrders)).await,
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn page_of(
    visit: &Visit,
    viewer: &Viewer,
    plan: &str,
) -> Result<ConfirmOrderPage, HttpResponse> {
    let plan = parse_uuid(plan).map_err(|_| visit.problem(Problem::NotFound))?;
    let (orders, of) = (visit.state.manage_own_orders.clone(), viewer.clone());
    let offer = visit.run(async move { orders.offer(&of, PlanId(plan)).await });
    let offer = offer.await?.map_err(|error| refuse(visit, error))?;
    let frame = visit.frame(viewer, Place::Subscriptions);
    Ok(ConfirmOrderPage::new(visit.page(), frame, &offer))
}

impl Samples for ConfirmOrderPage {
    const NAME: &'static str = "confirm-order";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |plan: ShownPlan, name: &str| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Subscriptions),
            plan,
            order_id: "00000000-0000-7000-8000-000000000007".to_owned(),
            contact: ShownContact {
                name: name.to_owned(),
                company: "Noor Retail".to_owned(),
                email: "sara@noor.example".to_owned(),
                phone: "+966551234567".to_owned(),
            },
            contact_by: ContactWay::WhatsApp,
            notes: Field::empty(FieldKind::OrderNotes),
            refused: None,
        };
        let standard = || {
            sample(
                ShownPlan::sample(10, "Standard", Some("149")),
                "Sara Al-Harbi",
            )
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let notes = |text: &str, fault| Field::new(FieldKind::OrderNotes, text, fault);
        let fault = Self {
            notes: notes(&"</textarea><b>".repeat(80), Some(Fault::LongNotes)),
            contact_by: ContactWay::Email,
            ..standard()
        };
        let many = Self {
            notes: notes("Please activate before Sunday.\nPO 2026-118", None),
            refused: Some(Refused::ManyOrders),
            ..standard()
        };
        let hostile = sample(ShownPlan::sample(50, &hostile, None), &hostile);
        vec![
            ("asked", StatusCode::OK, standard()),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
            ("many", StatusCode::UNPROCESSABLE_ENTITY, many),
            ("hostile", StatusCode::OK, hostile),
        ]
    }
}
