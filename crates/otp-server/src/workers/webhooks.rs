//! Webhooks to customers: routes events, calls endpoints, and removes old deliveries.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use otp_core::turns::WorkUnderWay;
use otp_core::usecases::deliver_webhooks::DeliverWebhooks;
use otp_core::usecases::forget_webhook_deliveries;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::round::Round;
use super::worker::{Progress, Task, TaskError};
use crate::metrics::count_webhook_turn;

/// A process calls this many endpoints at a time.
const AT_A_TIME: usize = 64;

/// An event waits for about this long at most before it is routed.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Routes events and calls endpoints. Several processes may run it at a time.
pub(super) struct DeliverDueWebhooks {
    pub(super) deliver: DeliverWebhooks,
    pub(super) stop: CancellationToken,
}

impl Task for DeliverDueWebhooks {
    const NAME: &'static str = "deliver_webhooks";
    const PERIOD: Duration = LOOK_AGAIN;
    const RETRY: Duration = Duration::from_secs(1);

    /// A round goes on as long as calls are under way, so a slow endpoint delays neither an event nor another
    /// endpoint. A call that has begun is finished, whatever fails.
    async fn run(&mut self) -> Result<Progress, TaskError> {
        let mut round = Round::default();
        let mut work = WorkUnderWay::with_places(AT_A_TIME);
        let goes_on = || !self.stop.is_cancelled();
        let mut turns = FuturesUnordered::new();
        loop {
            if round.failure.is_none() && goes_on() {
                round.note(self.deliver.route().await);
            }
            while let Some(room) = work.room().filter(|_| round.failure.is_none() && goes_on()) {
                let claimed = round.note(self.deliver.claim(&room).await);
                let claimed = claimed.unwrap_or_default();
                if claimed.is_empty() {
                    break;
                }
                for turn in claimed {
                    let account = turn.endpoint.account_id;
                    work.begin(account);
                    let taken = self.deliver.take(turn, &goes_on);
                    turns.push(async move { (account, taken.await) });
                }
            }
            if turns.is_empty() {
                return round.end();
            }
            tokio::select! {
                ended = turns.next() => {
                    let Some((account, taken)) = ended else { continue };
                    work.end(account);
                    if let Some(taken) = round.note(taken) {
                        count_webhook_turn(taken);
                        round.progress = true;
                    }
                }
                () = sleep(LOOK_AGAIN) => {}
            }
        }
    }
}

/// Removes deliveries that are no longer kept.
pub(super) struct ForgetWebhookDeliveries {
    pub(super) forget: forget_webhook_deliveries::ForgetWebhookDeliveries,
    pub(super) stop: CancellationToken,
}

impl Task for ForgetWebhookDeliveries {
    const NAME: &'static str = "forget_webhook_deliveries";
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        while self.forget.execute().await? && !self.stop.is_cancelled() {}
        Ok(Progress::Done)
    }
}
