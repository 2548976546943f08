//! What the server does in the background.

mod senders;

use std::sync::Arc;
use std::time::Duration;

use otp_core::notice::NoticeState;
use otp_core::ports::{Clock, PortError, SendLedger, Storage};
use otp_core::usecases::announce_expiring_keys::announce_expiring_keys;
use otp_core::usecases::expire_pending_messages::{ExpirePendingMessages, ExpiryRound};
use otp_core::usecases::mail_notices::{self, MailNotices, Mailed};
use otp_core::usecases::record_consent::{KeptConsents, RecordConsent};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

pub(crate) use senders::SenderWatch;

/// How often the undecided are looked at. Receipts that were faster than their message wait this long
/// at most.
const ROUND: Duration = Duration::from_secs(1);

/// Decides what nobody else decided, until `stop`; see [`ExpirePendingMessages`]. A round under way is
/// finished. A round that fails is repeated by the next one.
pub(crate) async fn expire_pending_messages(
    storage: Arc<dyn Storage>,
    ledger: Arc<dyn SendLedger>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut decide = ExpirePendingMessages::new(storage.clone(), ledger, storage, clock);
    let mut ticks = tokio::time::interval(ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match decide.execute().await {
            Ok(ExpiryRound {
                expired: 0,
                matched: 0,
            }) => failing = false,
            Ok(ExpiryRound { expired, matched }) => {
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

/// Tries requests whose recipient was not known again, until `stop`, and says when more of them wait.
pub(crate) async fn resolve_consents(
    record_consent: RecordConsent,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    let mut waited = 0;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match record_consent.resolve_kept(&*clock).await {
            Ok(round) => {
                failing = false;
                say(round, waited);
                waited = round.waiting;
            }
            Err(_) if failing => {}
            Err(error) => {
                failing = true;
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "waiting requests cannot be looked at; trying on");
            }
        }
    }
}

fn say(round: KeptConsents, waited: usize) {
    let KeptConsents {
        resolved,
        waiting,
        given_up,
    } = round;
    if resolved > 0 {
        tracing::info!(resolved, "found out whose requests waited");
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
            "requests were given up: nothing has told whose they are"
        );
    }
}

/// How often the outbox is looked at while nothing is known to be in it.
const OUTBOX_ROUND: Duration = Duration::from_secs(2);

/// Mails what is due, until `stop`; a mail under way is finished. After a mail that was not taken the
/// others wait for the next round: they would be told the same.
pub(crate) async fn mail_notices(mail: MailNotices, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(OUTBOX_ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        while !stop.is_cancelled() {
            match mail.execute().await {
                Ok(None) => break,
                Ok(Some(mailed)) => {
                    if tell(&mailed, &mut failing) {
                        break;
                    }
                }
                Err(_) if failing => break,
                Err(error) => {
                    failing = true;
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "the outbox cannot be looked at; trying on");
                    break;
                }
            }
        }
    }
}

/// Logs what came of a notice, an outage once; whether it has to be tried again.
fn tell(mailed: &Mailed, failing: &mut bool) -> bool {
    let Mailed {
        id,
        kind,
        state,
        failure,
    } = mailed;
    let failure = failure.as_deref();
    match state {
        NoticeState::Sent => {
            *failing = false;
            tracing::info!(notice_id = %id, kind, "a notice was mailed");
            false
        }
        NoticeState::GivenUp => {
            tracing::error!(notice_id = %id, kind, failure, "a notice was given up");
            false
        }
        NoticeState::Waiting => {
            if !*failing {
                tracing::warn!(notice_id = %id, kind, failure, "a notice was not taken; trying on");
            }
            *failing = true;
            true
        }
    }
}

/// How often keys are looked at that are about to expire, and notices that ended long ago.
const NOTICES_ROUND: Duration = Duration::from_secs(10 * 60);

/// Puts notices into the outbox that come with time, and forgets those that ended long ago, until `stop`.
pub(crate) async fn look_after_notices(
    storage: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(NOTICES_ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let round: Result<(), PortError> = async {
            announce_expiring_keys(&*storage, &*storage, &*clock).await?;
            mail_notices::forget_ended(&*storage, &*clock).await
        }
        .await;
        if let Err(error) = round {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the notices cannot be looked after; trying on");
        }
    }
}
