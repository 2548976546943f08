//! Whether the storage is there.

use async_trait::async_trait;

use crate::ports::PortError;

/// Tells whether the storage can be used.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StorageHealth: Send + Sync {
    /// Reaches the storage and finds the schema this program expects.
    async fn check(&self) -> Result<(), PortError>;

    /// How its connections are used just now.
    fn connection_use(&self) -> ConnectionUse;
}

/// How many connections there are, and what they do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionUse {
    /// In use.
    pub busy: usize,
    /// Open and free.
    pub idle: usize,
    /// Open at the most.
    pub most: usize,
    /// Work that waits for one.
    pub waiting: usize,
}
