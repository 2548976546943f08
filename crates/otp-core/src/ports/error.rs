//! The errors of the ports: a closed set of cases, without the types of any driver.

use std::error::Error;

/// A port could not do what it was asked to do. Nothing was changed, unless the case says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// A concurrent change, a name or id that is taken, or a reference to something that does not exist.
    #[error("in conflict with what is stored")]
    Conflict(#[source] Box<dyn Error + Send + Sync>),
    /// The backend cannot be reached at present; whether the last change took place is unknown.
    #[error("the backend cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The backend refused or gave an invalid answer; the change did not take place.
    #[error("the backend failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
