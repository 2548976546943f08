//! Set prices: the credits that a message to each of some countries costs.

use std::sync::Arc;

use crate::credits::Credits;
use crate::ports::{PortError, Prices};
use crate::region::Region;

/// Sets prices.
#[derive(Clone)]
pub struct SetPrices {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
}

impl SetPrices {
    /// Sets all of these prices or none. Other countries keep theirs.
    pub async fn execute(&self, prices: &[(Region, Credits)]) -> Result<(), PortError> {
        self.prices.set(prices).await
    }
}
