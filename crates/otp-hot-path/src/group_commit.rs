//! A send ledger that commits the calls of many callers together.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, Settlement};
use tracing::Instrument;

use crate::batcher::{BatchLimits, Batcher};

/// Batches the calls to a send ledger.
pub struct GroupCommit {
    admissions: Batcher<SendAttempt, Admission>,
    settlements: Batcher<Settlement, ()>,
}

/// The numbers of calls that wait or are running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepths {
    /// Calls of [`SendLedger::admit`].
    pub admissions: usize,
    /// Calls of [`SendLedger::settle`].
    pub settlements: usize,
}

impl GroupCommit {
    /// Starts batching the calls to `inner` on the current tokio runtime.
    pub fn start(inner: Arc<dyn SendLedger>, limits: BatchLimits) -> Self {
        let ledger = Arc::clone(&inner);
        let admit = move |batch| {
            let ledger = Arc::clone(&ledger);
            Box::pin(async move { ledger.admit(batch).await }) as _
        };
        let settle = move |batch: Arc<[Settlement]>| {
            let ledger = Arc::clone(&inner);
            Box::pin(async move {
                let size = batch.len();
                let settled = match ledger.settle(Arc::clone(&batch)).await {
                    // It is unknown whether the batch was recorded, and settling it again changes
                    // nothing. A process that was stopped for a while has lost its transaction only.
                    Err(PortError::Unavailable(_)) => ledger.settle(batch).await,
                    settled => settled,
                };
                settled.map(|()| vec![(); size])
            }) as _
        };
        Self {
            admissions: Batcher::start(limits, Box::new(admit)),
            settlements: Batcher::start(limits, Box::new(settle)),
        }
    }

    /// Returns the numbers of calls that wait or are running.
    pub fn queue_depths(&self) -> QueueDepths {
        QueueDepths {
            admissions: self.admissions.len(),
            settlements: self.settlements.len(),
        }
    }
}

#[async_trait]
impl SendLedger for GroupCommit {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let Some(first) = attempts.first() else {
            return Ok(Vec::new());
        };
        let account = first.account_id;
        let span = tracing::debug_span!("ledger.admit");
        let admitted = self.admissions.try_call(account, attempts);
        admitted.instrument(span).await
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        let Some(first) = settlements.first() else {
            return Ok(());
        };
        // These messages are paid for and handed over, so the outcome must be recorded, however
        // long the queue is. There are never more settlements than sends in progress.
        let account = first.account_id;
        let span = tracing::debug_span!("ledger.settle");
        let settled = self.settlements.call(account, settlements);
        let settled = settled.instrument(span).await;
        // The caller answers `Pending` and does not report the error, so it is logged here.
        settled.map(drop).inspect_err(|error| {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "failed to record the outcome of a delivery; its message stays pending"
            );
        })
    }
}
