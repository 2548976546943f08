//! What can go wrong behind a port: few cases, closed, without the driver's own types.

use std::error::Error;

/// A port could not do what it was asked. Nothing was done, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Something else happened at the same time, or is already there under that name or id.
    #[error("in conflict with what is stored")]
    Conflict(#[source] Box<dyn Error + Send + Sync>),
    /// The backend cannot be reached at present; whether the last change took place is unknown.
    #[error("the backend cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The backend refused or answered nonsense; the change did not take place.
    #[error("the backend failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
