//! The errors of the ports: a closed set of cases, without the types of any driver.

use std::collections::BTreeSet;
use std::error::Error;

use crate::ids::AccountId;

/// A port could not do what it was asked to do. Nothing was changed, unless the case says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// A concurrent change, a name or id that is taken, or a reference to something that does not exist.
    #[error("in conflict with what is stored")]
    Conflict(#[source] Box<dyn Error + Send + Sync>),
    /// Another transaction holds rows of these accounts, and this one has waited long enough. What concerns
    /// other accounts only does not have to wait.
    #[error("another transaction holds rows of {} of the accounts", .0.len())]
    Locked(BTreeSet<AccountId>),
    /// The backend cannot be reached at present; whether the last change took place is unknown.
    #[error("the backend cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The backend refused or gave an invalid answer; the change did not take place.
    #[error("the backend failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl PortError {
    /// Returns whether the backend has no room for another write.
    pub fn is_out_of_space(&self) -> bool {
        self.out_of_space().is_some()
    }

    /// Returns the cause, if it is that the backend has no room for another write.
    pub fn out_of_space(&self) -> Option<&OutOfSpace> {
        let mut cause = self.source();
        while let Some(error) = cause {
            if let Some(full) = error.downcast_ref() {
                return Some(full);
            }
            cause = error.source();
        }
        None
    }
}

/// The cause of a [`PortError::Unavailable`] if the backend has no room for another write, in words that
/// may appear in a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutOfSpace(pub String);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_full_backend_is_told_from_one_that_is_away() {
        let full = PortError::Unavailable(Box::new(OutOfSpace("disk full".into())));
        assert!(full.is_out_of_space());
        // The cause may lie deeper.
        let deeper = PortError::Unavailable(Box::new(Arc::new(full)));
        assert!(deeper.is_out_of_space());
        assert!(!PortError::Unavailable("away".into()).is_out_of_space());
    }
}
