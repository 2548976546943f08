//! How a plan is shown to staff.

use actix_web::HttpResponse;
use otp_core::plan::Plan;
use otp_core::time::Timestamp;

use crate::frame::Place;
use crate::purchase::ShownPlan;
use crate::visit::Visit;

/// A plan, as staff see it.
#[derive(Debug, Clone)]
pub(super) struct StaffPlan {
    /// The part that customers see.
    pub(super) shown: ShownPlan,
    pub(super) created_at: Timestamp,
    pub(super) retired_at: Option<Timestamp>,
}

impl From<&Plan> for StaffPlan {
    fn from(plan: &Plan) -> Self {
        Self {
            shown: plan.into(),
            created_at: plan.created_at,
            retired_at: plan.retired_at,
        }
    }
}

impl StaffPlan {
    pub(super) fn retire_path(&self) -> String {
        format!("{}/{}/retire", Place::Plans.path(), self.shown.id)
    }
}

/// Returns all plans, oldest first.
pub(super) async fn plans(visit: &Visit) -> Result<Vec<Plan>, HttpResponse> {
    let list = visit.state.list_plans.clone();
    let listed = visit.run(async move { list.execute().await });
    listed.await?.map_err(|error| visit.failed(&error))
}
