//! Set prices: the credits that a message to each of some countries costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry, GATEWAY};
use crate::credits::Credits;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Prices, Randomness};
use crate::pricing::{PriceChange, PriceKey};
use crate::usecases::staff_actor::StaffActor;

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

/// The reason prices were not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPricesError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// Somebody changed one of the prices since they were seen.
    #[error("the prices have changed meanwhile")]
    Changed,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl SetPrices {
    /// Sets those of these prices whose countries have none, and returns all of them as they then are.
    pub async fn execute_if_absent(
        &self,
        prices: &[(PriceKey, Credits)],
        by: StaffActor<'_>,
    ) -> Result<Vec<(PriceKey, Credits)>, SetPricesError> {
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
        by: StaffActor<'_>,
    ) -> Result<(), SetPricesError> {
        let entry = self.entry(by)?;
        Ok(self.prices.set(prices, &entry).await?)
    }

    /// Sets all prices of these changes, or none if one of them is no longer what a person saw before.
    pub async fn execute_as_seen(
        &self,
        changes: &[PriceChange],
        by: StaffActor<'_>,
    ) -> Result<(), SetPricesError> {
        let entry = self.entry(by)?;
        let is_done = self.prices.replace_prices(changes, &entry).await?;
        is_done.then_some(()).ok_or(SetPricesError::Changed)
    }

    fn entry(&self, by: StaffActor<'_>) -> Result<AuditEntry, SetPricesError> {
        let by = by.authorise(StaffAction::ManagePlans);
        let by = by.ok_or(SetPricesError::Forbidden)?;
        let (action, now) = (AuditAction::SetPrices, self.clock.now());
        Ok(AuditEntry::new(by, action, GATEWAY, now, &*self.randomness))
    }
}
