//! Retire a plan: it can no longer be granted. It stays in the list, and so do its subscriptions.

use std::sync::Arc;

use crate::ids::PlanId;
use crate::plan::Plan;
use crate::ports::{Clock, Plans, PortError};

/// Retires plans.
#[derive(Clone)]
pub struct RetirePlan {
    /// Stores plans.
    pub plans: Arc<dyn Plans>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The reason a plan was not retired.
#[derive(Debug, thiserror::Error)]
pub enum RetirePlanError {
    /// The plan does not exist.
    #[error("no plan has the id {0}")]
    NotFound(PlanId),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RetirePlan {
    /// Retires one plan, and returns it. One that is retired already keeps the time of that.
    pub async fn execute(&self, id: PlanId) -> Result<Plan, RetirePlanError> {
        if !self.plans.retire(id, self.clock.now()).await? {
            return Err(RetirePlanError::NotFound(id));
        }
        let plan = self.plans.find(id).await?;
        plan.ok_or(RetirePlanError::NotFound(id))
    }
}
