//! Counts batches of checks, and the verifications that they approve. It decorates the store behind the batching, so it is
//! called once per batch and not once per check.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::counter;
use otp_core::channel::Channel;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{PortError, VerificationLedger};
use otp_core::time::Timestamp;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};

use super::counted_ledger::Batch;

/// The counter of verifications, by channel and stage.
pub(super) const VERIFICATIONS: &str = "otp_verifications_total";

/// Counts the verifications of a ledger.
pub(crate) struct CountedChecks {
    inner: Arc<dyn VerificationLedger>,
}

impl CountedChecks {
    /// Decorates `inner`.
    pub(crate) fn new(inner: Arc<dyn VerificationLedger>) -> Self {
        Self { inner }
    }
}

/// Counts a verification at a stage.
pub(super) fn count(channel: Channel, stage: &'static str) {
    counter!(VERIFICATIONS, "channel" => channel.as_str(), "stage" => stage).increment(1);
}

#[async_trait]
impl VerificationLedger for CountedChecks {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        let begun = Batch::of("check", checks.len());
        let checked = self.inner.check_codes(checks).await;
        begun.end();
        let verdicts = checked?;
        for verdict in &verdicts {
            if let CheckVerdict::Approved { state, first: true } = verdict {
                count(state.channel, "approved");
            }
        }
        Ok(verdicts)
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        self.inner
            .cancel_verification(account, verification, at)
            .await
    }

    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        self.inner.expire_verifications(now, most).await
    }
}
