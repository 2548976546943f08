//! Whether the storage is there.

use async_trait::async_trait;

use crate::ports::PortError;

/// Tells whether the storage can be used.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StorageHealth: Send + Sync {
    /// Reaches the storage and finds the schema this program expects.
    async fn check(&self) -> Result<(), PortError>;
}
