//! The verification ledger: checks, cancellations and ends of verifications.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ids::{AccountId, VerificationId};
use crate::ports::PortError;
use crate::time::Timestamp;
use crate::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};

/// Judges and records what happens to verifications. New ones and resends go through
/// [`SendLedger::admit`](crate::ports::SendLedger::admit).
///
/// An adapter MUST lock the account before it reads a verification, as admission does. So of guesses made
/// at the same time each one is judged with the effects of the others.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait VerificationLedger: Send + Sync {
    /// Judges the checks in their order by [`judge`](crate::verification::check::judge) and records what
    /// they change, in one transaction. Returns one verdict for each, in their order.
    ///
    /// - For a batch of any size, an adapter MUST use a constant number of statements.
    /// - It MUST execute the same statements whatever the verdicts are, so that the time of an answer tells
    ///   little about its reason.
    /// - It MUST remove the sealed code of a verification that is no longer `Pending`.
    /// - A verdict MUST survive a crash: a guess that was answered has been counted.
    ///
    /// Locks are waited for as in [`SendLedger::admit`](crate::ports::SendLedger::admit).
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError>;

    /// Cancels a verification if [`cancel`](crate::verification::check::cancel) allows it, and removes its
    /// sealed code.
    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError>;

    /// Records the end of at most `most` pending verifications that
    /// [`expire`](crate::verification::check::expire) finds expired, those that ended first before others,
    /// and removes their sealed codes. Returns how many it recorded.
    ///
    /// Its cost MUST depend on the number of those that are due, never on the number of verifications.
    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError>;
}
