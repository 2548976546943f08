//! Unset a price: messages to the country cost the default again.

use std::sync::Arc;

use crate::audit::{Actor, AuditAction, AuditEntry, GATEWAY};
use crate::ports::{Clock, PortError, Prices, Randomness};
use crate::pricing::PriceKey;

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
    /// The table has no price of that key.
    #[error("no price is set for {0}")]
    NotSet(PriceKey),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl UnsetPrice {
    /// Removes one price from the table.
    pub async fn execute(&self, key: PriceKey, by: Actor) -> Result<(), UnsetPriceError> {
        let (action, now) = (AuditAction::UnsetPrice, self.clock.now());
        let entry = AuditEntry::new(by, action, GATEWAY, now, &*self.randomness);
        if self.prices.unset(key, &entry).await? {
            Ok(())
        } else {
            Err(UnsetPriceError::NotSet(key))
        }
    }
}
