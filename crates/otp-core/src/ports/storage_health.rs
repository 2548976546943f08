//! The health of the storage.

use async_trait::async_trait;

use crate::ports::PortError;

/// Reports whether the storage can be used.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StorageHealth: Send + Sync {
    /// Checks that the storage can be reached and has the schema that this program expects.
    async fn check(&self) -> Result<(), PortError>;

    /// Checks that there is room for another mebibyte, by writing one that does not stay. A full storage
    /// MUST be an error with the cause [`OutOfSpace`](crate::ports::OutOfSpace).
    ///
    /// It costs as much as a large write, so it is called only while writes fail for want of space.
    async fn check_space(&self) -> Result<(), PortError>;

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
