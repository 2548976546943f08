//! Faults of a process: it dies at a chosen point, and an admission takes long.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::message::ClaimedMessage;
use otp_core::ports::{
    Clock, OutgoingQueue, PortError, QueueBacklog, SendLedger, Storage, VerificationLedger,
};
use otp_core::send::{Admission, SendAttempt, Settlement};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};
use tokio::sync::Notify;

use crate::StorageParts;

/// A point at which a process may die: what it did last is recorded, and it knows nothing of it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// Messages are admitted, and not handed over.
    Admitted,
    /// Queued messages are claimed, and not handed over.
    Claimed,
    /// A message is handed over, and its outcome not recorded.
    HandedOver,
    /// Outcomes are recorded, and the messages still in the queue.
    Settled,
    /// A guess is judged, and not answered.
    Checked,
}

impl Point {
    pub(super) const ALL: [Self; 5] = [
        Self::Admitted,
        Self::Claimed,
        Self::HandedOver,
        Self::Settled,
        Self::Checked,
    ];
}

/// The faults to come, each once.
#[derive(Debug, Default)]
pub(super) struct Faults {
    dies_at: Mutex<Option<Point>>,
    died: Notify,
    delay: Mutex<Duration>,
}

impl Faults {
    /// Lets the process die the next time that it gets to this point, or not at all.
    pub(super) fn die_at(&self, point: Option<Point>) {
        *self.dies_at.lock().expect(NOT_POISONED) = point;
    }

    /// Lets the next admission take as long as this.
    pub(super) fn delay_admission(&self, delay: Duration) {
        *self.delay.lock().expect(NOT_POISONED) = delay;
    }

    /// Never returns if the process dies here: what it has begun does not go on.
    pub(super) async fn pass(&self, point: Point) {
        let dies = {
            let mut dies_at = self.dies_at.lock().expect(NOT_POISONED);
            dies_at.take_if(|dies_at| *dies_at == point).is_some()
        };
        if dies {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Does something; `None` if the process dies over it.
    pub(super) async fn survived<T>(&self, done: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.died.notified() => None,
            done = done => Some(done),
        }
    }

    fn take_delay(&self) -> Duration {
        std::mem::take(&mut *self.delay.lock().expect(NOT_POISONED))
    }
}

const NOT_POISONED: &str = "nobody panics while setting a fault";

/// Returns a store whose process has these faults.
pub(super) fn faulty(
    store: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    faults: &Arc<Faults>,
) -> Arc<dyn Storage> {
    let faulty = Arc::new(Faulty {
        store: store.clone(),
        clock,
        faults: Arc::clone(faults),
    });
    Arc::new(StorageParts {
        send_ledger: faulty.clone(),
        outgoing_queue: faulty.clone(),
        verification_ledger: faulty,
        ..StorageParts::of(store)
    })
}

struct Faulty {
    store: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    faults: Arc<Faults>,
}

#[async_trait]
impl SendLedger for Faulty {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let admissions = self.store.admit(attempts).await;
        self.clock.sleep(self.faults.take_delay()).await;
        self.faults.pass(Point::Admitted).await;
        admissions
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        let settled = self.store.settle(settlements).await;
        self.faults.pass(Point::Settled).await;
        settled
    }
}

#[async_trait]
impl OutgoingQueue for Faulty {
    async fn claim_queued(
        &self,
        now: Timestamp,
        room: &Room,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        let claimed = self.store.claim_queued(now, room).await?;
        if !claimed.is_empty() {
            self.faults.pass(Point::Claimed).await;
        }
        Ok(claimed)
    }

    async fn postpone_queued(
        &self,
        message: MessageId,
        due_at: Timestamp,
        failed_attempts: u32,
    ) -> Result<(), PortError> {
        let store = &self.store;
        store
            .postpone_queued(message, due_at, failed_attempts)
            .await
    }

    async fn remove_queued(&self, message: MessageId) -> Result<(), PortError> {
        self.store.remove_queued(message).await
    }

    async fn list_abandoned(
        &self,
        claimed_before: Timestamp,
        most: usize,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        self.store.list_abandoned(claimed_before, most).await
    }

    async fn queue_backlog(&self, now: Timestamp) -> Result<QueueBacklog, PortError> {
        self.store.queue_backlog(now).await
    }
}

#[async_trait]
impl VerificationLedger for Faulty {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        let verdicts = self.store.check_codes(checks).await;
        self.faults.pass(Point::Checked).await;
        verdicts
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        let store = &self.store;
        store.cancel_verification(account, verification, at).await
    }

    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        self.store.expire_verifications(now, most).await
    }
}
