//! `/dashboard/purchase`: the plans that can be ordered.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::plan::{Money, Plan};
use otp_edge::resource_at;

use crate::answer;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::order_view::{self, Price, count};
use crate::page::Page;
use crate::samples::Samples;
use crate::subscriptions::refuse;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "purchase.html")]
pub(crate) struct PurchasePage {
    page: Page,
    frame: Frame,
    plans: Vec<ShownPlan>,
    /// Whether the person may order.
    may_order: bool,
}

/// A plan, as pages show it.
#[derive(Debug, Clone)]
pub(crate) struct ShownPlan {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) credits: u64,
    pub(crate) price: Price,
}

impl From<&Plan> for ShownPlan {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id.to_string(),
            name: plan.name.clone(),
            credits: count(plan.credits.get()),
            price: plan.price.into(),
        }
    }
}

impl ShownPlan {
    /// Returns the words for the number of credits.
    pub(crate) fn credits_words(&self, page: &Page) -> Markup {
        order_view::credits(page, self.credits)
    }

    /// Returns a plan for the states of a page.
    pub(crate) fn sample(number: u8, name: &str, price: Option<&str>) -> Self {
        let price = price.and_then(|price| Money::parse(price, "USD").ok());
        Self {
            id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
            name: name.to_owned(),
            credits: 1_000 * u64::from(number),
            price: price.into(),
        }
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/purchase").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let frame = visit.frame(&viewer, Place::Subscriptions);
    let orders = visit.state.manage_own_orders.clone();
    let offered = visit.run(async move {
        let offered = orders.list_offered(&viewer).await?;
        Ok((offered, orders.may_order(&viewer)))
    });
    match offered.await {
        Ok(Ok((plans, may_order))) => {
            let page = PurchasePage {
                page: visit.page(),
                frame,
                plans: plans.iter().map(ShownPlan::from).collect(),
                may_order,
            };
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

impl Samples for PurchasePage {
    const NAME: &'static str = "purchase";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |plans, may_order| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Subscriptions),
            plans,
            may_order,
        };
        let plans = vec![
            ShownPlan::sample(1, "Starter", Some("19")),
            ShownPlan::sample(10, "باقة الأعمال", Some("149")),
            ShownPlan::sample(50, "Large", None),
            ShownPlan::sample(99, &"<b>W</b>ide ".repeat(16), Some("99999999.99")),
        ];
        vec![
            ("empty", StatusCode::OK, sample(Vec::new(), true)),
            ("several", StatusCode::OK, sample(plans.clone(), true)),
            ("viewer", StatusCode::OK, sample(plans, false)),
        ]
    }
}
