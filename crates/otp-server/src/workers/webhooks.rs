//! Webhooks to customers: routes events, calls endpoints, and removes old deliveries.

use std::time::Duration;

use otp_core::ports::PortError;
use otp_core::usecases::deliver_webhooks::{DeliverWebhooks, TurnTaken};
use otp_core::usecases::forget_webhook_deliveries;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::round::Round;
use super::under_way::UnderWay;
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
        let mut turns = UnderWay::with_places(AT_A_TIME);
        let mut next_routing = Instant::now();
        loop {
            // However often turns end: the fewer the routings, the more events share one.
            if round.goes_on(&self.stop) && next_routing <= Instant::now() {
                next_routing = Instant::now() + LOOK_AGAIN;
                round.note(self.deliver.route().await);
            }
            while let Some(room) = turns.room().filter(|_| round.goes_on(&self.stop)) {
                let claimed = round.note(self.deliver.claim(&room).await);
                let claimed = claimed.unwrap_or_default();
                let is_last = claimed.len() < room.most;
                for turn in claimed {
                    let (deliver, stop) = (self.deliver.clone(), self.stop.clone());
                    turns.begin(turn.endpoint.account_id, async move {
                        deliver.take(turn, &|| !stop.is_cancelled()).await
                    });
                }
                if is_last {
                    break;
                }
            }
            tokio::select! {
                ended = turns.ended() => match ended {
                    Some(taken) => note_turn(&mut round, taken),
                    None => return round.end(),
                },
                () = sleep_until(next_routing) => {}
            }
        }
    }
}

fn note_turn(round: &mut Round, taken: Result<TurnTaken, PortError>) {
    let Some(taken) = round.note(taken) else {
        return;
    };
    count_webhook_turn(&taken);
    // It concerns this endpoint only, so the round goes on. An attempt fails at most ten times.
    if let Some(error) = &taken.unread {
        tracing::error!(
            error = error as &(dyn std::error::Error + 'static),
            "a webhook was not delivered, because what it needs cannot be read"
        );
    }
    round.progress = true;
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
