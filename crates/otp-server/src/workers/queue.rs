//! Hands queued messages over.

use std::sync::Arc;
use std::time::Duration;

use otp_core::usecases::deliver_queued::{DeliverQueued, Delivery};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::round::Round;
use super::under_way::UnderWay;
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
        let mut deliveries = UnderWay::with_places(AT_A_TIME);
        loop {
            while let Some(room) = deliveries.room().filter(|_| round.goes_on(&self.stop)) {
                let claimed = round
                    .note(self.deliver.claim(&room).await)
                    .unwrap_or_default();
                if claimed.is_empty() {
                    break;
                }
                for one in claimed {
                    let deliver = self.deliver.clone();
                    let account = one.account_id;
                    deliveries.begin(account, async move { deliver.deliver(one).await });
                }
            }
            let Some(delivery) = deliveries.ended().await else {
                return round.end();
            };
            if let Some(Delivery::Settled(_)) = round.note(delivery) {
                round.progress = true;
            }
        }
    }

    async fn woken(&mut self) {
        self.queued.notified().await;
    }
}
