//! List prices: the credits that a message costs, for each country with a price of its own.

use std::sync::Arc;

use crate::credits::Credits;
use crate::ports::{PortError, Prices};
use crate::pricing::PriceKey;

/// Lists prices.
#[derive(Clone)]
pub struct ListPrices {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
}

impl ListPrices {
    /// Returns the pricing table in the order of countries.
    pub async fn execute(&self) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        self.prices.list().await
    }
}
