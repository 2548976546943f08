//! Credits: plans, orders and subscriptions, prices, and the audit.

use otp_core::usecases::audit_credits::AuditCredits;
use otp_core::usecases::change_order::ChangeOrder;
use otp_core::usecases::create_plan::CreatePlan;
use otp_core::usecases::grant_subscription::GrantSubscription;
use otp_core::usecases::handle_orders::HandleOrders;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::list_prices::ListPrices;
use otp_core::usecases::list_subscriptions::ListSubscriptions;
use otp_core::usecases::retire_plan::RetirePlan;
use otp_core::usecases::revoke_subscription::RevokeSubscription;
use otp_core::usecases::set_prices::SetPrices;
use otp_core::usecases::unset_price::UnsetPrice;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn create_plan(&self) -> CreatePlan {
        CreatePlan {
            plans: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn retire_plan(&self) -> RetirePlan {
        RetirePlan {
            plans: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn list_plans(&self) -> ListPlans {
        ListPlans {
            plans: self.storage.clone(),
        }
    }

    pub(in crate::commands) fn handle_orders(&self) -> anyhow::Result<HandleOrders> {
        Ok(HandleOrders {
            accounts: self.storage.clone(),
            subscriptions: self.storage.clone(),
            sealers: self.sealers()?,
            audit: self.storage.clone(),
            change: ChangeOrder {
                orders: self.storage.clone(),
                clock: self.clock(),
                randomness: self.randomness(),
            },
        })
    }

    pub(in crate::commands) fn grant_subscription(&self) -> GrantSubscription {
        GrantSubscription {
            subscriptions: self.storage.clone(),
            plans: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn revoke_subscription(&self) -> RevokeSubscription {
        RevokeSubscription {
            subscriptions: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn list_subscriptions(&self) -> ListSubscriptions {
        ListSubscriptions {
            subscriptions: self.storage.clone(),
        }
    }

    pub(in crate::commands) fn set_prices(&self) -> SetPrices {
        SetPrices {
            prices: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn unset_price(&self) -> UnsetPrice {
        UnsetPrice {
            prices: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn list_prices(&self) -> ListPrices {
        ListPrices {
            prices: self.storage.clone(),
        }
    }

    pub(in crate::commands) fn audit_credits(&self) -> AuditCredits {
        AuditCredits {
            audit: self.storage.clone(),
        }
    }
}
