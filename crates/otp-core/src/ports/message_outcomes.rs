//! Outcomes of codes that callers check.

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId};
use crate::message::{JudgedOutcome, RecordedOutcome};
use crate::ports::PortError;

/// Records the outcomes of messages.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MessageOutcomes: Send + Sync {
    /// Judges an outcome with [`OutcomeVerdict::of`](crate::message::OutcomeVerdict::of), and records it if
    /// that is the verdict. Returns `None` if the account has no such message.
    ///
    /// Of outcomes that are reported at the same time, an adapter MUST record one only. A message of
    /// another account MUST be treated as unknown. The outcome MUST stay when the recipient is erased.
    async fn record_outcome(
        &self,
        account: AccountId,
        message: MessageId,
        reported: RecordedOutcome,
    ) -> Result<Option<JudgedOutcome>, PortError>;
}
