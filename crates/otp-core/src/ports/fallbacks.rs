//! Fallbacks: which are due, and what becomes of them.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ids::{AccountId, VerificationId};
use crate::ports::PortError;
use crate::time::Timestamp;
use crate::verification::fallback::{DueFallback, FallbackPosition, FallbackReview, FallbackStep};

/// Holds the fallbacks of verifications until they are over.
///
/// [`super::SendLedger`] adds them with their verification and records the steps that are taken. It also makes a
/// fallback due at once when an outcome [wakes](crate::send::settlement::Settled::fallback_wakes) it.
/// [`super::VerificationLedger`] makes a fallback due when its verification ends. So none is forgotten, whatever
/// crashes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Fallbacks: Send + Sync {
    /// Returns at most `most` fallbacks that are due at `now` and come after this position, in the order of their
    /// positions.
    ///
    /// An adapter MUST use a constant number of statements, and its cost MUST depend on the number of those that
    /// are due.
    async fn list_due_fallbacks(
        &self,
        after: FallbackPosition,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<DueFallback>, PortError>;

    /// Returns the steps of a verification's fallback in their order, without those whose recipient was erased;
    /// none if there is no fallback, or if it is over.
    async fn find_fallback_steps(
        &self,
        account: AccountId,
        verification: VerificationId,
    ) -> Result<Vec<FallbackStep>, PortError>;

    /// Reviews fallbacks by [`review`](crate::verification::fallback::review) and records what it says, in one
    /// transaction. A fallback that is over is removed with its steps.
    ///
    /// An adapter MUST lock the accounts before it loads the facts, and MUST use a constant number of statements.
    /// Locks are waited for as in [`SendLedger::admit`](crate::ports::SendLedger::admit).
    async fn review_fallbacks(&self, reviews: Arc<[FallbackReview]>) -> Result<(), PortError>;
}
