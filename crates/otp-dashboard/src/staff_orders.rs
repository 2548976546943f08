//! `/admin/orders`: the orders of all accounts, those that wait first.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::order::OrderStatus;
use otp_core::page::{Cursor, PageSize};
use otp_core::person::permission::StaffAction;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::handle_orders::{
    HandleOrdersError, ListedOrder, ListedOrders, OrderFilter,
};
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::order_view::{self, ShownOrder};
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "staff_orders.html")]
pub(crate) struct StaffOrdersPage {
    page: Page,
    frame: Frame,
    shown: Shown,
    orders: Vec<StaffOrder>,
    waiting: usize,
    contacted: usize,
    /// The start of the next page, if there is one.
    next: Option<String>,
}

/// The orders that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Waiting,
    Contacted,
    All,
}

/// An order of any account.
#[derive(Debug, Clone)]
struct StaffOrder {
    order: ShownOrder,
    /// The business; `None` once it is erased.
    company: Option<String>,
    language: UiLanguage,
}

impl From<&ListedOrder> for StaffOrder {
    fn from(listed: &ListedOrder) -> Self {
        let company = listed.company.as_ref();
        Self {
            order: (&listed.order).into(),
            company: company.map(|company| company.as_str().to_owned()),
            language: listed.order.language,
        }
    }
}

impl StaffOrder {
    const fn language_key(&self) -> &'static str {
        language_key(self.language)
    }
}

/// Returns the key of the name of a language.
pub(crate) const fn language_key(language: UiLanguage) -> &'static str {
    match language {
        UiLanguage::Arabic => "language-arabic",
        UiLanguage::English => "language-english",
    }
}

impl StaffOrdersPage {
    fn new(page: Page, frame: Frame, shown: Shown, listed: &ListedOrders) -> Self {
        Self {
            page,
            frame,
            shown,
            orders: listed.page.items.iter().map(StaffOrder::from).collect(),
            waiting: listed.waiting,
            contacted: listed.contacted,
            next: listed.page.next.map(|next| next.to_string()),
        }
    }

    fn shows_waiting(&self) -> bool {
        self.shown == Shown::Waiting
    }

    fn shows_contacted(&self) -> bool {
        self.shown == Shown::Contacted
    }

    fn shows_all(&self) -> bool {
        self.shown == Shown::All
    }

    fn number(&self, count: &usize) -> String {
        count.to_string()
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/orders").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtOrders).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let shown = match visit.parameter("show").as_str() {
        "contacted" => Shown::Contacted,
        "all" => Shown::All,
        _ => Shown::Waiting,
    };
    let filter = match shown {
        Shown::Waiting => OrderFilter::Waiting,
        Shown::Contacted => OrderFilter::Contacted,
        Shown::All => OrderFilter::All(Cursor::parse(&visit.parameter("after")).ok()),
    };
    let frame = visit.frame(&viewer, Place::Orders);
    let handle = visit.state.handle_orders.clone();
    let listed = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        handle.list(by, filter, PageSize::default()).await
    });
    match listed.await {
        Ok(Ok(listed)) => {
            let page = StaffOrdersPage::new(visit.page(), frame, shown, &listed);
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Answers with the page of a refusal.
pub(crate) fn refuse(visit: &Visit, error: HandleOrdersError) -> HttpResponse {
    match error {
        HandleOrdersError::Forbidden => visit.problem(Problem::RoleForbids),
        HandleOrdersError::NotFound
        | HandleOrdersError::IsOver(_)
        | HandleOrdersError::NoCredits => visit.problem(Problem::NotFound),
        HandleOrdersError::Port(error) => visit.failed(&error),
    }
}

impl Samples for StaffOrdersPage {
    const NAME: &'static str = "staff-orders";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let order = |number: u8, company: Option<&str>, status| StaffOrder {
            order: order_view::sample(number, "Standard", status),
            company: company.map(str::to_owned),
            language: UiLanguage::ALL[usize::from(number) % 2],
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>";
        let orders = vec![
            order(1, Some("Dijla Pharmacies"), OrderStatus::Pending),
            order(2, Some("نور للتجزئة"), OrderStatus::Pending),
            order(3, Some(&"Wide ".repeat(40)), OrderStatus::Pending),
        ];
        let all = vec![
            order(4, Some("Nile Rides"), OrderStatus::Contacted),
            order(5, Some(hostile), OrderStatus::Activated),
            order(6, None, OrderStatus::Declined),
            order(7, Some("Noor Retail"), OrderStatus::Withdrawn),
        ];
        let sample = |shown, orders: Vec<StaffOrder>, next: Option<&str>| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Orders),
            shown,
            waiting: 3,
            contacted: 1,
            orders,
            next: next.map(str::to_owned),
        };
        vec![
            (
                "empty",
                StatusCode::OK,
                sample(Shown::Contacted, Vec::new(), None),
            ),
            (
                "waiting",
                StatusCode::OK,
                sample(Shown::Waiting, orders, None),
            ),
            (
                "all",
                StatusCode::OK,
                sample(Shown::All, all, Some("AQAAAZ")),
            ),
        ]
    }
}
