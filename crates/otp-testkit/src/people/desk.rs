//! The use cases of the operator's staff: plans, prices, accounts and senders.

use otp_core::usecases::create_plan::CreatePlan;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::list_prices::ListPrices;
use otp_core::usecases::retire_plan::RetirePlan;
use otp_core::usecases::set_prices::SetPrices;
use otp_core::usecases::unset_price::UnsetPrice;

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

    /// Lists prices.
    pub fn list_prices(&self) -> ListPrices {
        ListPrices {
            prices: self.world.fixture.store.clone(),
        }
    }

    /// Sets prices.
    pub fn set_prices(&self) -> SetPrices {
        let fixture = &self.world.fixture;
        SetPrices {
            prices: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Unsets prices.
    pub fn unset_price(&self) -> UnsetPrice {
        let fixture = &self.world.fixture;
        UnsetPrice {
            prices: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }
}
