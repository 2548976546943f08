//! Set prices: the credits that a message to each of some countries costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::{Actor, AuditAction, AuditEntry, GATEWAY};
use crate::credits::Credits;
use crate::ports::{Clock, PortError, Prices, Randomness};
use crate::pricing::PriceKey;

/// Sets prices.
#[derive(Clone)]
pub struct SetPrices {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

impl SetPrices {
    /// Sets those of these prices whose countries have none, and returns all of them as they then are.
    pub async fn execute_if_absent(
        &self,
        prices: &[(PriceKey, Credits)],
        by: Actor,
    ) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        let set: BTreeMap<_, _> = self.prices.list().await?.into_iter().collect();
        let absent = prices.iter().filter(|(key, _)| !set.contains_key(key));
        let absent: Vec<_> = absent.copied().collect();
        self.execute(&absent, by).await?;
        let now = |(key, credits): &(PriceKey, Credits)| {
            (*key, set.get(key).copied().unwrap_or(*credits))
        };
        Ok(prices.iter().map(now).collect())
    }

    /// Sets all of these prices or none. Other countries keep theirs.
    pub async fn execute(
        &self,
        prices: &[(PriceKey, Credits)],
        by: Actor,
    ) -> Result<(), PortError> {
        let (action, now) = (AuditAction::SetPrices, self.clock.now());
        let entry = AuditEntry::new(by, action, GATEWAY, now, &*self.randomness);
        self.prices.set(prices, &entry).await
    }
}
