//! Create a plan: credits under a name, with a price if it is fixed.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::credits::Credits;
use crate::ids::PlanId;
use crate::person::permission::StaffAction;
use crate::plan::{Money, Plan};
use crate::ports::{Clock, Plans, PortError, Randomness};
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Creates plans.
#[derive(Clone)]
pub struct CreatePlan {
    /// Stores plans.
    pub plans: Arc<dyn Plans>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id.
    pub randomness: Arc<dyn Randomness>,
}

/// A plan as an operator describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlan {
    /// The name, which no other plan has.
    pub name: String,
    /// The credits that it grants.
    pub credits: Credits,
    /// The price; `None` if it is negotiated.
    pub price: Option<Money>,
}

/// The reason a plan was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreatePlanError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// Another plan has that name.
    #[error("a plan has that name already")]
    NameTaken,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

has_refusals_of_staff!(CreatePlanError);

impl CreatePlan {
    /// Creates one plan, or returns the plan that has its name, whatever else differs.
    pub async fn execute_if_absent(
        &self,
        new: NewPlan,
        by: StaffActor<'_>,
    ) -> Result<Plan, CreatePlanError> {
        let name = new.name.clone();
        match self.execute(new, by).await {
            Err(CreatePlanError::NameTaken) => {
                let plans = self.plans.list().await.map_err(CreatePlanError::Port)?;
                let existing = plans.into_iter().find(|plan| plan.name == name);
                existing.ok_or(CreatePlanError::NameTaken)
            }
            created => created,
        }
    }

    /// Creates one plan.
    pub async fn execute(&self, new: NewPlan, by: StaffActor<'_>) -> Result<Plan, CreatePlanError> {
        let now = self.clock.now();
        let by = by.authorise_fresh(StaffAction::ManagePlans, now)?;
        let plan = Plan {
            id: PlanId::generate(now, &*self.randomness),
            name: new.name,
            credits: new.credits,
            price: new.price,
            created_at: now,
            retired_at: None,
        };
        let (action, randomness) = (AuditAction::CreatePlan, &*self.randomness);
        let entry = AuditEntry::new(by, action, plan.id.0, now, randomness);
        match self.plans.create(&plan, &entry).await {
            Ok(()) => Ok(plan),
            Err(PortError::Conflict(_)) => Err(CreatePlanError::NameTaken),
            Err(error) => Err(CreatePlanError::Port(error)),
        }
    }
}
