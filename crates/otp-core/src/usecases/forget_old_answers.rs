//! Forget old answers: removes requests with an idempotency key whose answers are no longer kept.
//!
//! Every process may do this at any time.

use std::sync::Arc;

use crate::idempotency::ANSWER_RETENTION;
use crate::ports::{Clock, IdempotentAnswers, PortError};

/// At most this many are removed in one step, so that no transaction takes long.
const MAX_AT_ONCE: usize = 1_000;

/// Forgets old answers.
#[derive(Clone)]
pub struct ForgetOldAnswers {
    /// Keeps the answers.
    pub answers: Arc<dyn IdempotentAnswers>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ForgetOldAnswers {
    /// Removes the oldest requests that began longer ago than [`ANSWER_RETENTION`]. Returns whether there
    /// may be more of them.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let before = self.clock.now() - ANSWER_RETENTION;
        let removed = self.answers.remove_older(before, MAX_AT_ONCE).await?;
        Ok(removed == MAX_AT_ONCE)
    }
}
