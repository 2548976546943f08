//! The durability of the storage.

use async_trait::async_trait;

use crate::ports::PortError;

/// Reports the settings that decide whether the storage keeps what it has committed.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StorageDurability: Send + Sync {
    /// Returns the settings as they apply to the connections of this program. A store that cannot lose a
    /// commit by its settings returns none.
    async fn durability_settings(&self) -> Result<Vec<StorageSetting>, PortError>;
}

/// A setting of the storage, by the storage's own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageSetting {
    /// The name, such as `fsync`.
    pub name: String,
    /// The value, such as `on`.
    pub value: String,
}
