//! A verification ledger that commits the checks of many callers together.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{PortError, VerificationLedger};
use otp_core::time::Timestamp;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};
use tracing::Instrument;

use crate::batcher::{BatchLimits, Batcher};

/// Batches the checks of a verification ledger. Cancellations and ends are rare, and pass through.
pub struct GroupedChecks {
    inner: Arc<dyn VerificationLedger>,
    checks: Batcher<CheckAttempt, CheckVerdict>,
}

impl GroupedChecks {
    /// Starts batching the checks of `inner` on the current tokio runtime.
    pub fn start(inner: Arc<dyn VerificationLedger>, limits: BatchLimits) -> Self {
        let ledger = Arc::clone(&inner);
        let check = move |batch| {
            let ledger = Arc::clone(&ledger);
            Box::pin(async move { ledger.check_codes(batch).await }) as _
        };
        Self {
            inner,
            checks: Batcher::start(limits, Box::new(check)),
        }
    }

    /// Returns the number of calls of [`VerificationLedger::check_codes`] that wait or are running.
    pub fn queue_depth(&self) -> usize {
        self.checks.len()
    }
}

#[async_trait]
impl VerificationLedger for GroupedChecks {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        let Some(first) = checks.first() else {
            return Ok(Vec::new());
        };
        let account = first.account_id;
        let span = tracing::debug_span!("verifications.check");
        let checked = self.checks.try_call(account, checks);
        checked.instrument(span).await
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
