//! Hands queued messages over.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use otp_core::turns::WorkUnderWay;
use otp_core::usecases::deliver_queued::{DeliverQueued, Delivery};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::round::Round;
use super::worker::{Progress, Task, TaskError};

/// As many mails at a time as there are connections to the mail server.
const AT_A_TIME: usize = otp_smtp::MAX_CONNECTIONS;

/// The task. Several processes may run it at a time.
pub(super) struct DeliverQueuedMessages {
    pub(super) deliver: DeliverQueued,
    pub(super) queued: Arc<Notify>,
    pub(super) stop: CancellationToken,
}

impl Task for DeliverQueuedMessages {
    const NAME: &'static str = "deliver_queued_messages";

    /// A mail that another process queued, or that is tried again, waits for about this long at most.
    const PERIOD: Duration = Duration::from_secs(1);

    /// A hand-over that has begun is finished, whatever fails. A slow one does not keep the places of others.
    async fn run(&mut self) -> Result<Progress, TaskError> {
        self.deliver.settle_abandoned().await?;
        let mut round = Round::default();
        let mut work = WorkUnderWay::with_places(AT_A_TIME);
        let mut deliveries = FuturesUnordered::new();
        loop {
            while let Some(room) = work.room().filter(|_| self.goes_on(&round)) {
                let claimed = round
                    .note(self.deliver.claim(&room).await)
                    .unwrap_or_default();
                if claimed.is_empty() {
                    break;
                }
                for one in claimed {
                    let account = one.account_id;
                    work.begin(account);
                    let delivery = self.deliver.deliver(one);
                    deliveries.push(async move { (account, delivery.await) });
                }
            }
            let Some((account, delivery)) = deliveries.next().await else {
                return round.end();
            };
            work.end(account);
            if let Some(Delivery::Settled(_)) = round.note(delivery) {
                round.progress = true;
            }
        }
    }

    async fn woken(&mut self) {
        self.queued.notified().await;
    }
}

impl DeliverQueuedMessages {
    /// Returns whether more may be claimed.
    fn goes_on(&self, round: &Round) -> bool {
        round.failure.is_none() && !self.stop.is_cancelled()
    }
}
