//! Counts the outcomes of codes that callers report.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::counter;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{CodeOutcome, JudgedOutcome, OutcomeVerdict, RecordedOutcome};
use otp_core::ports::{MessageOutcomes, PortError};

use super::code_counts::CodeCounts;

/// The counter of recorded outcomes, by channel and outcome.
pub(super) const OUTCOMES: &str = "otp_code_outcomes_total";

/// Counts each outcome once, when it is recorded.
pub(crate) struct CountedOutcomes {
    inner: Arc<dyn MessageOutcomes>,
    codes: Arc<CodeCounts>,
}

impl CountedOutcomes {
    /// Decorates `inner`.
    pub(crate) fn new(inner: Arc<dyn MessageOutcomes>, codes: Arc<CodeCounts>) -> Self {
        Self { inner, codes }
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
        if let Some(judged) = &judged
            && let OutcomeVerdict::Recorded(recorded) = judged.verdict
        {
            let labels = [
                ("channel", judged.channel.as_str()),
                ("outcome", recorded.outcome.as_str()),
            ];
            counter!(OUTCOMES, &labels).increment(1);
            if recorded.outcome == CodeOutcome::Verified {
                self.codes.verified(judged.region, judged.template.as_ref());
            }
        }
        Ok(judged)
    }
}
