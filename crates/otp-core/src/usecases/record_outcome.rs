//! Record an outcome: whether the person typed the code of a message that the caller checks itself.

use std::sync::Arc;

use crate::ids::{AccountId, MessageId};
use crate::message::{CodeOutcome, OutcomeVerdict, RecordedOutcome};
use crate::ports::{Clock, MessageOutcomes, PortError};

/// Records outcomes.
#[derive(Clone)]
pub struct RecordOutcome {
    /// Stores the outcomes.
    pub outcomes: Arc<dyn MessageOutcomes>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// An outcome that a caller reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordOutcomeRequest {
    /// The account.
    pub account_id: AccountId,
    /// The message.
    pub id: MessageId,
    /// The outcome.
    pub outcome: CodeOutcome,
}

/// The reason an outcome was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordOutcomeError {
    /// The account has no message with that id, or an administrator removed it.
    #[error("the account has no message with that id")]
    NotFound,
    /// Another outcome is recorded.
    #[error("another outcome is recorded")]
    AlreadyRecorded,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RecordOutcome {
    /// Records one outcome, and returns the recorded one. The same outcome again changes nothing.
    pub async fn execute(
        &self,
        request: RecordOutcomeRequest,
    ) -> Result<RecordedOutcome, RecordOutcomeError> {
        let reported = RecordedOutcome {
            outcome: request.outcome,
            at: self.clock.now(),
        };
        let outcomes = &self.outcomes;
        let judged = outcomes.record_outcome(request.account_id, request.id, reported);
        let judged = judged.await?.ok_or(RecordOutcomeError::NotFound)?;
        match judged.verdict {
            OutcomeVerdict::Recorded(recorded) | OutcomeVerdict::Repeated(recorded) => Ok(recorded),
            OutcomeVerdict::Different => Err(RecordOutcomeError::AlreadyRecorded),
            OutcomeVerdict::Removed => Err(RecordOutcomeError::NotFound),
        }
    }
}
