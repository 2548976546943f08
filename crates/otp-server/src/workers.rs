//! What the server does in the background.

mod senders;

use std::sync::Arc;
use std::time::Duration;

use otp_core::ports::{Clock, SendLedger, Storage};
use otp_core::usecases::decide_undecided::{DecideUndecided, Decided};
use otp_core::usecases::take_wishes::{KeptWishes, TakeWishes};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

pub(crate) use senders::SenderWatch;

/// How often the undecided are looked at. Receipts that were faster than their message wait this long
/// at most.
const ROUND: Duration = Duration::from_secs(1);

/// Decides what nobody else decided, until `stop`; see [`DecideUndecided`]. A round under way is
/// finished. A round that fails is repeated by the next one.
pub(crate) async fn decide_undecided(
    storage: Arc<dyn Storage>,
    ledger: Arc<dyn SendLedger>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut decide = DecideUndecided::new(storage.clone(), ledger, storage, clock);
    let mut ticks = tokio::time::interval(ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match decide.execute().await {
            Ok(Decided {
                expired: 0,
                matched: 0,
            }) => failing = false,
            Ok(Decided { expired, matched }) => {
                failing = false;
                tracing::info!(expired, matched, "decided what was undecided");
            }
            // Said once for each outage, not once a second.
            Err(_) if failing => {}
            Err(error) => {
                failing = true;
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the undecided cannot be looked at; trying on");
            }
        }
    }
}

/// Tries wishes whose recipient was not known again, until `stop`, and says when more of them wait.
pub(crate) async fn resolve_wishes(
    take_wishes: TakeWishes,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    let mut waited = 0;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match take_wishes.resolve_kept(&*clock).await {
            Ok(round) => {
                failing = false;
                say(round, waited);
                waited = round.waiting;
            }
            Err(_) if failing => {}
            Err(error) => {
                failing = true;
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "waiting wishes cannot be looked at; trying on");
            }
        }
    }
}

fn say(round: KeptWishes, waited: usize) {
    let KeptWishes {
        resolved,
        waiting,
        given_up,
    } = round;
    if resolved > 0 {
        tracing::info!(resolved, "found out whose wishes waited");
    }
    if waiting > waited {
        tracing::warn!(
            waiting,
            "who wrote STOP or START is not known for sure yet; a receipt may tell"
        );
    }
    if given_up > 0 {
        tracing::warn!(
            given_up,
            "wishes were given up: nothing has told whose they are"
        );
    }
}
