//! The use cases of the operator's staff: plans, prices, accounts and senders.

use otp_core::usecases::create_plan::CreatePlan;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::retire_plan::RetirePlan;

use super::People;

impl People {
    /// Lists plans.
    pub fn list_plans(&self) -> ListPlans {
        ListPlans {
            plans: self.world.fixture.store.clone(),
        }
    }

    /// Creates plans.
    pub fn create_plan(&self) -> CreatePlan {
        let fixture = &self.world.fixture;
        CreatePlan {
            plans: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Retires plans.
    pub fn retire_plan(&self) -> RetirePlan {
        let fixture = &self.world.fixture;
        RetirePlan {
            plans: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }
}
