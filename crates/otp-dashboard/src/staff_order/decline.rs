//! `/admin/orders/{id}/decline`: asks for the reason before an order is declined.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::{OrderId, parse_uuid};
use otp_core::order::OrderStatus;
use otp_core::person::permission::StaffAction;
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use super::answers::{answer_change, path_of};
use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::order_view::{self, ShownOrder};
use crate::page::Page;
use crate::samples::Samples;
use crate::staff_orders::refuse;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "decline_order.html")]
pub(crate) struct DeclinePage {
    page: Page,
    frame: Frame,
    order: ShownOrder,
    reason: Field,
    refused: Option<Refused>,
}

impl FormPage for DeclinePage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.reason]
    }
}

pub(super) fn resource() -> Resource {
    resource_at("/orders/{id}/decline")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::HandleOrders).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let reason = Field::empty(FieldKind::DeclineReason);
    page_of(&visit, &viewer, &path, reason).await
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit
        .form_of_staff(StaffAction::HandleOrders, payload)
        .await
    {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let kind = FieldKind::DeclineReason;
    let (field, reason) = read(kind, typed.get(kind.name()), fields::decline_reason);
    let Some(reason) = reason else {
        return page_of(&visit, &viewer, &path, field).await;
    };
    let Ok(id) = parse_uuid(&path).map(OrderId) else {
        return visit.problem(Problem::NotFound);
    };
    let handle = visit.state.handle_orders.clone();
    let declined = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        handle.decline(by, id, reason).await
    });
    answer_change(&visit, id, declined.await)
}

/// Answers with the page; an order that has ended is shown instead.
async fn page_of(visit: &Visit, viewer: &Viewer, id: &str, reason: Field) -> HttpResponse {
    let Ok(id) = parse_uuid(id).map(OrderId) else {
        return visit.problem(Problem::NotFound);
    };
    let (handle, of) = (visit.state.handle_orders.clone(), viewer.clone());
    let found = visit.run(async move { handle.show(StaffActor::Viewer(&of), id).await });
    match found.await {
        Ok(Ok(handled)) if !handled.order.status().is_open() => answer::go_to(&path_of(id)),
        Ok(Ok(handled)) => {
            let page = DeclinePage {
                page: visit.page(),
                frame: visit.frame(viewer, Place::Orders),
                order: (&handled.order).into(),
                reason,
                refused: None,
            };
            page.answer()
        }
        Ok(Err(error)) => refuse(visit, error),
        Err(answer) => answer,
    }
}

impl Samples for DeclinePage {
    const NAME: &'static str = "decline-order";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |plan: &str, typed: &str, fault| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Orders),
            order: order_view::sample(2, plan, OrderStatus::Pending),
            reason: Field::new(FieldKind::DeclineReason, typed, fault),
            refused: None,
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        let fault = Some(Fault::NoReason);
        vec![
            ("asked", StatusCode::OK, sample("Standard", "", None)),
            ("fault", unprocessable, sample("Standard", "", fault)),
            ("hostile", unprocessable, sample(&hostile, &hostile, fault)),
        ]
    }
}
