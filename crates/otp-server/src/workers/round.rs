//! The results of a round that does several pieces of work at a time.

use otp_core::ports::PortError;
use tokio_util::sync::CancellationToken;

use super::worker::{Progress, TaskError};

/// The results of a round until now.
#[derive(Default)]
pub(super) struct Round {
    /// Whether something was done.
    pub(super) progress: bool,
    /// The first failure.
    pub(super) failure: Option<PortError>,
}

impl Round {
    /// Keeps the first failure.
    pub(super) fn note<T>(&mut self, result: Result<T, PortError>) -> Option<T> {
        result
            .map_err(|error| self.failure.get_or_insert(error))
            .ok()
    }

    /// Returns whether more may begin.
    pub(super) fn goes_on(&self, stop: &CancellationToken) -> bool {
        self.failure.is_none() && !stop.is_cancelled()
    }

    /// Returns the result of the whole round.
    pub(super) fn end(self) -> Result<Progress, TaskError> {
        match self.failure {
            Some(error) => Err(error.into()),
            None if self.progress => Ok(Progress::Done),
            None => Ok(Progress::Idle),
        }
    }
}
