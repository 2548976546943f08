//! Retire a plan: it can no longer be granted. It stays in the list, and so do its subscriptions.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::PlanId;
use crate::person::permission::StaffAction;
use crate::plan::Plan;
use crate::ports::{Clock, Plans, PortError, Randomness};
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Retires plans.
#[derive(Clone)]
pub struct RetirePlan {
    /// Stores plans.
    pub plans: Arc<dyn Plans>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a plan was not retired.
#[derive(Debug, thiserror::Error)]
pub enum RetirePlanError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The plan does not exist.
    #[error("no plan has the id {0}")]
    NotFound(PlanId),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

has_refusals_of_staff!(RetirePlanError);

impl RetirePlan {
    /// Retires one plan, and returns it. One that is retired already keeps the time of that.
    pub async fn execute(&self, id: PlanId, by: StaffActor<'_>) -> Result<Plan, RetirePlanError> {
        let now = self.clock.now();
        let by = by.authorise_fresh(StaffAction::ManagePlans, now)?;
        let action = AuditAction::RetirePlan;
        let entry = AuditEntry::new(by, action, id.0, now, &*self.randomness);
        if !self.plans.retire(id, now, &entry).await? {
            return Err(RetirePlanError::NotFound(id));
        }
        let plan = self.plans.find(id).await?;
        plan.ok_or(RetirePlanError::NotFound(id))
    }
}
