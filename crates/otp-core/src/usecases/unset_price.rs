//! Unset a price: messages to the country cost the default again.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry, GATEWAY};
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Prices, Randomness};
use crate::pricing::PriceKey;
use crate::usecases::staff_actor::StaffActor;

/// Unsets prices.
#[derive(Clone)]
pub struct UnsetPrice {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a price was not unset.
#[derive(Debug, thiserror::Error)]
pub enum UnsetPriceError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The table has no price of that key.
    #[error("no price is set for {0}")]
    NotSet(PriceKey),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl UnsetPrice {
    /// Removes one price from the table.
    pub async fn execute(&self, key: PriceKey, by: StaffActor<'_>) -> Result<(), UnsetPriceError> {
        let by = by.authorise(StaffAction::ManagePlans);
        let by = by.ok_or(UnsetPriceError::Forbidden)?;
        let (action, now) = (AuditAction::UnsetPrice, self.clock.now());
        let entry = AuditEntry::new(by, action, GATEWAY, now, &*self.randomness);
        if self.prices.unset(key, &entry).await? {
            Ok(())
        } else {
            Err(UnsetPriceError::NotSet(key))
        }
    }
}
