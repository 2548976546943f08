//! `/dashboard/subscriptions`: what is left of each subscription, and the orders of the account.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::PlanId;
use otp_core::order::OrderStatus;
use otp_core::plan::Plan;
use otp_core::subscription::{Subscription, SubscriptionStatus};
use otp_core::time::Timestamp;
use otp_core::usecases::manage_own_orders::ManageOwnOrdersError;
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::order_view::{self, ShownOrder, count};
use crate::page::Page;
use crate::samples::Samples;
use crate::value::Value;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "subscriptions.html")]
pub(crate) struct SubscriptionsPage {
    page: Page,
    frame: Frame,
    subscriptions: Vec<ShownSubscription>,
    orders: Vec<ShownOrder>,
    /// Whether the person may order.
    may_order: bool,
}

/// A subscription, as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct ShownSubscription {
    /// The name of its plan; `None` if it was granted without one.
    pub(crate) plan: Option<String>,
    status: SubscriptionStatus,
    left: u64,
    granted: u64,
    pub(crate) since: Timestamp,
}

impl ShownSubscription {
    pub(crate) fn of(subscription: &Subscription, plans: &HashMap<PlanId, String>) -> Self {
        let plan = subscription.plan_id.and_then(|id| plans.get(&id));
        Self {
            plan: plan.cloned(),
            status: subscription.status(),
            left: count(subscription.remaining.get()),
            granted: count(subscription.credits.get()),
            since: subscription.created_at,
        }
    }

    pub(crate) fn left_words(&self, page: &Page) -> Markup {
        let values = [
            ("left", Value::Number(self.left)),
            ("granted", Value::Number(self.granted)),
        ];
        page.say_all("credits-left-of", &values)
    }

    /// Returns the length of the used part of the bar, of 100.
    fn used(&self) -> u64 {
        let used = self.granted.saturating_sub(self.left);
        used.saturating_mul(100) / self.granted.max(1)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.status == SubscriptionStatus::Active
    }

    pub(crate) const fn status_key(&self) -> &'static str {
        match self.status {
            SubscriptionStatus::Active => "subscription-active",
            SubscriptionStatus::Expired => "subscription-spent",
            SubscriptionStatus::Revoked => "subscription-revoked",
        }
    }

    /// Returns a subscription in each state, for the states of pages.
    pub(crate) fn several() -> Vec<Self> {
        let subscription = |plan: Option<&str>, status, left| Self {
            plan: plan.map(str::to_owned),
            status,
            left,
            granted: 10_000,
            since: Timestamp::from_unix_millis(1_790_000_000_000),
        };
        vec![
            subscription(Some("Standard"), SubscriptionStatus::Active, 840),
            subscription(None, SubscriptionStatus::Active, 10_000),
            subscription(Some("باقة البداية"), SubscriptionStatus::Expired, 0),
            subscription(
                Some("<b>\"'&</b><script>alert(1)</script>"),
                SubscriptionStatus::Revoked,
                0,
            ),
        ]
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/subscriptions").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer).await {
        Ok(page) => answer::page(StatusCode::OK, &page),
        Err(answer) => answer,
    }
}

async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<SubscriptionsPage, HttpResponse> {
    let (orders, credits) = (
        visit.state.manage_own_orders.clone(),
        visit.state.show_own_credits.clone(),
    );
    let of = viewer.clone();
    let found = visit.run(async move {
        let listed = orders.list(&of).await?;
        let plans = orders.list_plans(&of).await?;
        Ok((listed, plans, orders.may_order(&of)))
    });
    let (listed, plans, may_order) = found.await?.map_err(|error| refuse(visit, error))?;
    let of = viewer.clone();
    let subscriptions = visit.run(async move { credits.subscriptions(&of).await });
    let subscriptions = subscriptions.await?;
    let subscriptions = subscriptions.map_err(|error| crate::credits::refuse(visit, error))?;
    let names = plans.into_iter().map(|Plan { id, name, .. }| (id, name));
    let names: HashMap<_, _> = names.collect();
    let shown = |one: &Subscription| ShownSubscription::of(one, &names);
    Ok(SubscriptionsPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Subscriptions),
        subscriptions: subscriptions.iter().map(shown).collect(),
        orders: listed.iter().map(|own| (&own.order).into()).collect(),
        may_order,
    })
}

/// Answers with the page of a refusal.
pub(crate) fn refuse(visit: &Visit, error: ManageOwnOrdersError) -> HttpResponse {
    match error {
        ManageOwnOrdersError::NotFound
        | ManageOwnOrdersError::TooMany
        | ManageOwnOrdersError::IsOver(_) => visit.problem(Problem::NotFound),
        ManageOwnOrdersError::Port(error) => visit.failed(&error),
    }
}

impl Samples for SubscriptionsPage {
    const NAME: &'static str = "subscriptions";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let subscriptions = ShownSubscription::several();
        let orders = (1..).zip(OrderStatus::ALL);
        let orders = orders.map(|(number, status)| order_view::sample(number, "Standard", status));
        let mut orders: Vec<_> = orders.collect();
        orders.push(order_view::sample(
            9,
            &"<i>W</i>ide ".repeat(16),
            OrderStatus::Pending,
        ));
        let sample = |subscriptions, orders, may_order| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Subscriptions),
            subscriptions,
            orders,
            may_order,
        };
        vec![
            (
                "empty",
                StatusCode::OK,
                sample(Vec::new(), Vec::new(), true),
            ),
            (
                "several",
                StatusCode::OK,
                sample(subscriptions.clone(), orders.clone(), true),
            ),
            (
                "viewer",
                StatusCode::OK,
                sample(subscriptions, orders, false),
            ),
        ]
    }
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) const KEYS: [&str; 4] = [
    "subscription-active",
    "subscription-spent",
    "subscription-revoked",
    "credits-left-of",
];
