//! Show the offer: the plans and prices that anybody may see, before they have an account.

use std::sync::Arc;

use crate::credits::Credits;
use crate::plan::Plan;
use crate::ports::{Plans, PortError, Prices};
use crate::pricing::PriceKey;

/// Shows the offer.
#[derive(Clone)]
pub struct ShowOffer {
    /// Stores plans.
    pub plans: Arc<dyn Plans>,
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
}

/// The plans and prices of the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicOffer {
    /// The plans that can be ordered, oldest first.
    pub plans: Vec<Plan>,
    /// The credits that a message costs, for each country with a price of its own, in the order of their codes.
    pub prices: Vec<(PriceKey, Credits)>,
}

impl ShowOffer {
    /// Returns the offer.
    pub async fn execute(&self) -> Result<PublicOffer, PortError> {
        let mut plans = self.plans.list().await?;
        plans.retain(Plan::is_offered);
        let prices = self.prices.list().await?;
        Ok(PublicOffer { plans, prices })
    }
}
