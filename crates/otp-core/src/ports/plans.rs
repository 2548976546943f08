//! Plans.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::ids::PlanId;
use crate::plan::Plan;
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores plans. Each change has its entry in the audit trail, both or neither.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Plans: Send + Sync {
    /// Adds a plan. `Conflict` if another plan has that name.
    async fn create(&self, plan: &Plan, entry: &AuditEntry) -> Result<(), PortError>;

    /// Returns the plan with this id.
    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError>;

    /// Marks a plan as retired, unless it is already, which appends no entry; returns `false` if there is no such plan.
    async fn retire(
        &self,
        id: PlanId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Returns all plans, oldest first.
    async fn list(&self) -> Result<Vec<Plan>, PortError>;
}
