//! The health of the storage.

use async_trait::async_trait;

use crate::ports::PortError;

/// Reports whether the storage can be used.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StorageHealth: Send + Sync {
    /// Checks that the storage can be reached and has the schema that this program expects.
    async fn check(&self) -> Result<(), PortError>;

    /// Returns the current use of the connections.
    fn connection_use(&self) -> ConnectionUse;
}

/// The number of connections in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionUse {
    /// Connections in use.
    pub busy: usize,
    /// Connections open and free.
    pub idle: usize,
    /// The upper bound of open connections.
    pub max: usize,
    /// Requests that wait for a connection.
    pub waiting: usize,
}
