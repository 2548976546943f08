//! How a plan is shown to staff.

use actix_web::HttpResponse;
use otp_core::plan::Plan;
use otp_core::time::Timestamp;

use crate::frame::Place;
use crate::markup::Markup;
use crate::order_view::{Price, count, credits};
use crate::page::Page;
use crate::visit::Visit;

/// A plan, as staff see it.
#[derive(Debug, Clone)]
pub(super) struct ShownPlan {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) credits: u64,
    pub(super) price: Price,
    pub(super) created_at: Timestamp,
    pub(super) retired_at: Option<Timestamp>,
}

impl From<&Plan> for ShownPlan {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id.to_string(),
            name: plan.name.clone(),
            credits: count(plan.credits.get()),
            price: plan.price.into(),
            created_at: plan.created_at,
            retired_at: plan.retired_at,
        }
    }
}

impl ShownPlan {
    pub(super) fn credits_words(&self, page: &Page) -> Markup {
        credits(page, self.credits)
    }

    pub(super) fn retire_path(&self) -> String {
        format!("{}/{}/retire", Place::Plans.path(), self.id)
    }
}

/// Returns all plans, oldest first.
pub(super) async fn plans(visit: &Visit) -> Result<Vec<Plan>, HttpResponse> {
    let list = visit.state.list_plans.clone();
    let listed = visit.run(async move { list.execute().await });
    listed.await?.map_err(|error| visit.failed(&error))
}
