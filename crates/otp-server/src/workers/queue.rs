//! Hands queued messages over.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use otp_core::usecases::deliver_queued::{DeliverQueued, Delivery};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

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

    /// A hand-over that has begun is finished.
    async fn run(&mut self) -> Result<Progress, TaskError> {
        self.deliver.settle_abandoned().await?;
        let mut progress = Progress::Idle;
        while !self.stop.is_cancelled() {
            let claimed = self.deliver.claim(AT_A_TIME).await?;
            if claimed.is_empty() {
                break;
            }
            let deliveries = claimed.into_iter().map(|one| self.deliver.deliver(one));
            for delivery in join_all(deliveries).await {
                if let Delivery::Settled(_) = delivery? {
                    progress = Progress::Done;
                }
            }
        }
        Ok(progress)
    }

    async fn woken(&mut self) {
        self.queued.notified().await;
    }
}
