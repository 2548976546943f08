//! The international pricing table.

use async_trait::async_trait;

use crate::credits::Credits;
use crate::ports::PortError;
use crate::region::Region;

/// Stores prices.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Prices: Send + Sync {
    /// Sets the prices of these regions, all or none; other regions keep theirs.
    async fn set(&self, prices: &[(Region, Credits)]) -> Result<(), PortError>;

    /// Removes the price of a region from the table; returns `false` if the table has none.
    async fn unset(&self, region: Region) -> Result<bool, PortError>;

    /// Returns the table, in the order of regions.
    async fn list(&self) -> Result<Vec<(Region, Credits)>, PortError>;
}
