//! Plans.

use async_trait::async_trait;

use crate::ids::PlanId;
use crate::plan::Plan;
use crate::ports::PortError;

/// Stores plans.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Plans: Send + Sync {
    /// Adds a plan. `Conflict` if another plan has that name.
    async fn create(&self, plan: &Plan) -> Result<(), PortError>;

    /// Returns the plan with this id.
    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError>;

    /// Returns all plans, oldest first.
    async fn list(&self) -> Result<Vec<Plan>, PortError>;
}
