//! The use cases of the operator's staff: plans, prices, accounts and senders.

use otp_core::usecases::create_plan::CreatePlan;
use std::sync::Arc;

use otp_core::usecases::change_account::ChangeAccount;
use otp_core::usecases::find_senders::FindSenders;
use otp_core::usecases::grant_subscription::GrantSubscription;
use otp_core::usecases::inspect_accounts::InspectAccounts;
use otp_core::usecases::list_api_keys::ListApiKeys;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::list_prices::ListPrices;
use otp_core::usecases::list_subscriptions::ListSubscriptions;
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

    /// Inspects accounts.
    pub fn inspect_accounts(&self) -> InspectAccounts {
        let fixture = &self.world.fixture;
        let store = || fixture.store.clone();
        InspectAccounts {
            accounts: store(),
            keyring: store(),
            master_keys: Arc::clone(&fixture.master_keys),
            subscriptions: ListSubscriptions {
                subscriptions: store(),
            },
            plans: store(),
            api_keys: ListApiKeys {
                keys: store(),
                accounts: store(),
            },
            senders: FindSenders {
                senders: store(),
                healths: store(),
                keyring: store(),
                master_keys: Arc::clone(&fixture.master_keys),
            },
            audit: store(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Changes accounts.
    pub fn change_account(&self) -> ChangeAccount {
        self.choose_notices().change
    }

    /// Grants credits.
    pub fn grant_subscription(&self) -> GrantSubscription {
        let fixture = &self.world.fixture;
        GrantSubscription {
            subscriptions: fixture.store.clone(),
            plans: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }
}
