//! List plans.

use std::sync::Arc;

use crate::plan::Plan;
use crate::ports::{Plans, PortError};

/// Lists plans.
#[derive(Clone)]
pub struct ListPlans {
    /// Stores plans.
    pub plans: Arc<dyn Plans>,
}

impl ListPlans {
    /// Returns all plans, oldest first.
    pub async fn execute(&self) -> Result<Vec<Plan>, PortError> {
        self.plans.list().await
    }
}
