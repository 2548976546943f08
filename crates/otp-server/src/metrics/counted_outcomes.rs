//! Counts the outcomes of codes that callers report.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::counter;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{JudgedOutcome, OutcomeVerdict, RecordedOutcome};
use otp_core::ports::{MessageOutcomes, PortError};

/// The counter of recorded outcomes, by channel and outcome.
pub(super) const OUTCOMES: &str = "otp_code_outcomes_total";

/// Counts each outcome once, when it is recorded.
pub(crate) struct CountedOutcomes {
    inner: Arc<dyn MessageOutcomes>,
}

impl CountedOutcomes {
    /// Decorates `inner`.
    pub(crate) fn new(inner: Arc<dyn MessageOutcomes>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl MessageOutcomes for CountedOutcomes {
    async fn record_outcome(
        &self,
        account: AccountId,
        message: MessageId,
        reported: RecordedOutcome,
    ) -> Result<Option<JudgedOutcome>, PortError> {
        let judged = self
            .inner
            .record_outcome(account, message, reported)
            .await?;
        if let Some(JudgedOutcome { channel, verdict }) = judged
            && let OutcomeVerdict::Recorded(recorded) = verdict
        {
            let labels = [
                ("channel", channel.as_str()),
                ("outcome", recorded.outcome.as_str()),
            ];
            counter!(OUTCOMES, &labels).increment(1);
        }
        Ok(judged)
    }
}
