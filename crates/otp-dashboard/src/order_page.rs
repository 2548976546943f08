//! `/dashboard/orders/{id}`: the state of an order, and its withdrawal.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::{OrderId, parse_uuid};
use otp_core::order::{OrderNotes, OrderOutcome, OrderStatus};
use otp_core::time::Timestamp;
use otp_core::usecases::manage_own_orders::{ManageOwnOrdersError, OwnOrder};
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::order_view::{self, ShownOrder};
use crate::page::Page;
use crate::samples::Samples;
use crate::subscriptions::refuse;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "order.html")]
pub(crate) struct OrderPage {
    page: Page,
    frame: Frame,
    order: ShownOrder,
    notes: Option<String>,
    /// The reason it was declined, if it was.
    reason: Option<String>,
    contacted_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// Whether the person may withdraw it.
    may_withdraw: bool,
}

impl OrderPage {
    fn new(page: Page, frame: Frame, own: &OwnOrder, may_order: bool) -> Self {
        let end = own.order.end.as_ref();
        let reason = end.and_then(|end| match &end.outcome {
            OrderOutcome::Declined { reason } => Some(reason.as_str().to_owned()),
            OrderOutcome::Activated { .. } | OrderOutcome::Withdrawn => None,
        });
        Self {
            page,
            frame,
            order: (&own.order).into(),
            notes: own.notes.as_ref().map(|notes| notes.as_str().to_owned()),
            reason,
            contacted_at: own.order.contacted.as_ref().map(|step| step.at),
            ended_at: end.map(|end| end.step.at),
            may_withdraw: may_order && own.order.status().is_open(),
        }
    }

    /// Returns the key of the words that say what happens next.
    const fn next_key(&self) -> &'static str {
        match self.order.status {
            OrderStatus::Pending => "order-next-waiting",
            OrderStatus::Contacted => "order-next-contacted",
            OrderStatus::Activated => "order-next-activated",
            OrderStatus::Declined => "order-next-declined",
            OrderStatus::Withdrawn => "order-next-withdrawn",
        }
    }
}

/// Mounts the page and its form.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/orders/{id}").get(show).finish())
        .service(resource_at("/orders/{id}/withdraw").post(withdraw).finish());
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let frame = visit.frame(&viewer, Place::Subscriptions);
    let orders = visit.state.manage_own_orders.clone();
    let found = visit.run(async move {
        let own = orders.find(&viewer, OrderId(id)).await?;
        Ok((own, orders.may_order(&viewer)))
    });
    match found.await {
        Ok(Ok((own, may_order))) => {
            let page = OrderPage::new(visit.page(), frame, &own, may_order);
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn withdraw(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let id = OrderId(id);
    let orders = visit.state.manage_own_orders.clone();
    match visit
        .run(async move { orders.withdraw(&viewer, id).await })
        .await
    {
        // One that has ended meanwhile is shown as it is.
        Ok(Ok(_) | Err(ManageOwnOrdersError::IsOver(_))) => answer::go_to(&order_view::path(id)),
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

impl Samples for OrderPage {
    const NAME: &'static str = "order";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let at = Timestamp::from_unix_millis(1_795_960_000_000);
        let sample = |status: OrderStatus, plan: &str, notes: &str| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Subscriptions),
            order: order_view::sample(2, plan, status),
            notes: OrderNotes::parse(notes)
                .ok()
                .map(|notes| notes.as_str().to_owned()),
            reason: (status == OrderStatus::Declined).then(|| "No reply for a month".to_owned()),
            contacted_at: (status != OrderStatus::Pending).then_some(at),
            ended_at: (!status.is_open()).then_some(at),
            may_withdraw: status.is_open(),
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>\n".repeat(20);
        let of = |status| {
            sample(
                status,
                "Standard",
                "Please activate before Sunday.\nPO 2026-118",
            )
        };
        vec![
            ("waiting", StatusCode::OK, of(OrderStatus::Pending)),
            ("contacted", StatusCode::OK, of(OrderStatus::Contacted)),
            ("activated", StatusCode::OK, of(OrderStatus::Activated)),
            ("declined", StatusCode::OK, of(OrderStatus::Declined)),
            (
                "withdrawn",
                StatusCode::OK,
                sample(OrderStatus::Withdrawn, "Standard", ""),
            ),
            (
                "hostile",
                StatusCode::OK,
                sample(OrderStatus::Pending, &hostile, &hostile),
            ),
        ]
    }
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) const KEYS: [&str; 5] = [
    "order-next-waiting",
    "order-next-contacted",
    "order-next-activated",
    "order-next-declined",
    "order-next-withdrawn",
];
