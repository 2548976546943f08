//! Unset a price: messages to the country cost the default again.

use std::sync::Arc;

use crate::ports::{PortError, Prices};
use crate::region::Region;

/// Unsets prices.
#[derive(Clone)]
pub struct UnsetPrice {
    /// Stores prices.
    pub prices: Arc<dyn Prices>,
}

/// The reason a price was not unset.
#[derive(Debug, thiserror::Error)]
pub enum UnsetPriceError {
    /// The table has no price of that region.
    #[error("no price is set for {0}")]
    NotSet(Region),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl UnsetPrice {
    /// Removes one price from the table.
    pub async fn execute(&self, region: Region) -> Result<(), UnsetPriceError> {
        if self.prices.unset(region).await? {
            Ok(())
        } else {
            Err(UnsetPriceError::NotSet(region))
        }
    }
}
