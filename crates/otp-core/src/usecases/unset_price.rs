//! Unset a price: messages to the country cost the default again.

use std::sync::Arc;

use crate::ports::{PortError, Prices};
use crate::pricing::PriceKey;

/// Unsets prices.
#[derive(Clone)]
pub struct UnsetPrice {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
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
    pub async fn execute(&self, key: PriceKey) -> Result<(), UnsetPriceError> {
        if self.prices.unset(key).await? {
            Ok(())
        } else {
            Err(UnsetPriceError::NotSet(key))
        }
    }
}
