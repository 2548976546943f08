//! A send ledger that commits for many at once.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, Settlement};
use tracing::Instrument;

use crate::lane::{Bounds, Lane};

/// How calls are batched.
#[derive(Debug, Clone, Copy)]
pub struct GroupCommitOptions {
    /// Lanes for each of admission and settlement. An account always has the same lane, so that
    /// lanes never wait for each other's locks. A store with one writer is served best by one.
    pub lanes: usize,
    /// The most attempts or settlements in a batch.
    pub max_batch: usize,
    /// The most calls that a lane may have, waiting or under way, and twice as many as one account may.
    /// Further admissions are turned away, further settlements wait for a place.
    pub max_queue: usize,
}

impl Default for GroupCommitOptions {
    fn default() -> Self {
        Self {
            lanes: 1,
            max_batch: 256,
            max_queue: 8_192,
        }
    }
}

/// Stands in front of a send ledger and batches the calls of its many users.
pub struct GroupCommit {
    admit: Vec<Lane<SendAttempt, Admission>>,
    settle: Vec<Lane<Settlement, ()>>,
}

impl GroupCommit {
    /// Starts the lanes on the current tokio runtime.
    pub fn start(inner: &Arc<dyn SendLedger>, options: GroupCommitOptions) -> Self {
        let lanes = 0..options.lanes.max(1);
        let bounds = Bounds {
            max_batch: options.max_batch,
            max_queue: options.max_queue,
        };
        let admit = lanes.clone().map(|_| {
            let inner = Arc::clone(inner);
            let run = move |batch| {
                let inner = Arc::clone(&inner);
                Box::pin(async move { inner.admit(batch).await }) as _
            };
            Lane::start(bounds, Box::new(run))
        });
        let settle = lanes.map(|_| {
            let inner = Arc::clone(inner);
            let run = move |batch: Arc<[Settlement]>| {
                let inner = Arc::clone(&inner);
                Box::pin(async move {
                    let size = batch.len();
                    inner.settle(batch).await.map(|()| vec![(); size])
                }) as _
            };
            Lane::start(bounds, Box::new(run))
        });
        Self {
            admit: admit.collect(),
            settle: settle.collect(),
        }
    }

    /// Admissions and settlements that wait, or are under way.
    pub fn queued(&self) -> (usize, usize) {
        let admissions = self.admit.iter().map(Lane::len).sum();
        (admissions, self.settle.iter().map(Lane::len).sum())
    }
}

/// The lane of an account.
fn lane<L>(lanes: &[L], account: AccountId) -> &L {
    // The last bytes of a UUIDv7 are random, so they spread accounts evenly.
    let spread = account.0.as_u128() as usize;
    &lanes[spread % lanes.len()]
}

#[async_trait]
impl SendLedger for GroupCommit {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let Some(first) = attempts.first() else {
            return Ok(Vec::new());
        };
        let account = first.account_id;
        let span = tracing::debug_span!("ledger.admit");
        let admitted = lane(&self.admit, account).call(account, attempts);
        admitted.instrument(span).await
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        let Some(first) = settlements.first() else {
            return Ok(());
        };
        // What these messages cost is paid and their calls are made: this has to be recorded, however
        // many wait. There are never more of them than sends under way.
        let account = first.account_id;
        let lane = lane(&self.settle, account);
        let span = tracing::debug_span!("ledger.settle");
        let settled = lane.call_in_turn(account, settlements);
        let settled = settled.instrument(span).await;
        // Whoever sent the message answers `Pending` and goes on, so this is the place to say it.
        settled.map(drop).inspect_err(|error| {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the outcome of a delivery was not recorded; its message stays pending"
            );
        })
    }
}
