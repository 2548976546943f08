//! Set prices: the credits that a message to each of some countries costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::credits::Credits;
use crate::ports::{PortError, Prices};
use crate::pricing::PriceKey;

/// Sets prices.
#[derive(Clone)]
pub struct SetPrices {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
}

impl SetPrices {
    /// Sets those of these prices whose countries have none, and returns all of them as they then are.
    pub async fn execute_if_absent(
        &self,
        prices: &[(PriceKey, Credits)],
    ) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        let set: BTreeMap<_, _> = self.prices.list().await?.into_iter().collect();
        let absent = prices.iter().filter(|(key, _)| !set.contains_key(key));
        let absent: Vec<_> = absent.copied().collect();
        self.prices.set(&absent).await?;
        let now = |(key, credits): &(PriceKey, Credits)| {
            (*key, set.get(key).copied().unwrap_or(*credits))
        };
        Ok(prices.iter().map(now).collect())
    }

    /// Sets all of these prices or none. Other countries keep theirs.
    pub async fn execute(&self, prices: &[(PriceKey, Credits)]) -> Result<(), PortError> {
        self.prices.set(prices).await
    }
}
