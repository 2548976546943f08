//! Refusals of webhook calls, and their log.
//!
//! Anybody can cause them in any number. So the log has one line for the first refusal of a kind, and
//! then one line per minute with the number of further ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::rt;
use otp_edge::BodyError;

use crate::error::{ApiError, ErrorCode};

use super::share::NoRoom;

/// How often the number of further refusals is logged.
const PERIOD: Duration = Duration::from_secs(60);

/// The reason why a call of somebody unknown is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    Handshake,
    InvalidSignature,
    TooLarge,
    TimedOut,
    Incomplete,
    NoRoom,
}

impl Refusal {
    fn log(self, count: u64) {
        match self {
            Self::Handshake => {
                tracing::warn!(count, "refused handshakes without whatsapp.verify_token");
            }
            Self::InvalidSignature => tracing::warn!(
                count,
                "refused notifications that are not signed with whatsapp.app_secret"
            ),
            Self::TooLarge => tracing::warn!(count, "refused notifications that are too large"),
            Self::TimedOut => {
                tracing::warn!(count, "refused notifications that did not arrive in time");
            }
            Self::Incomplete => tracing::warn!(count, "refused notifications that broke off"),
            Self::NoRoom => tracing::warn!(
                count,
                "refused notifications because too many bytes of others were held"
            ),
        }
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::TimedOut => Self::TimedOut,
            BodyError::Incomplete => Self::Incomplete,
        }
    }
}

impl From<NoRoom> for Refusal {
    fn from(_: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Handshake => Self::Plain(ErrorCode::InvalidVerifyToken),
            Refusal::InvalidSignature => Self::Plain(ErrorCode::InvalidSignature),
            Refusal::TooLarge => Self::Plain(ErrorCode::NotificationTooLarge),
            Refusal::TimedOut => BodyError::TimedOut.into(),
            Refusal::Incomplete => BodyError::Incomplete.into(),
            Refusal::NoRoom => Self::NoRoom,
        }
    }
}

/// The log of refusals.
#[derive(Default)]
pub(super) struct RefusalLog(Arc<Mutex<Unlogged>>);

/// The numbers of refusals since the last line, for each kind that has a line in this period. No period is
/// under way while it is empty.
type Unlogged = BTreeMap<Refusal, u64>;

impl RefusalLog {
    /// Logs a refusal, or counts it for the line at the end of the period.
    pub(super) fn note(&self, refusal: Refusal) {
        let mut unlogged = lock(&self.0);
        if let Some(count) = unlogged.get_mut(&refusal) {
            *count += 1;
            return;
        }
        let begins = unlogged.is_empty();
        unlogged.insert(refusal, 0);
        drop(unlogged);
        refusal.log(1);
        if begins {
            rt::spawn(log_periods(Arc::clone(&self.0)));
        }
    }
}

/// Ends periods until one had no refusal.
async fn log_periods(unlogged: Arc<Mutex<Unlogged>>) {
    loop {
        rt::time::sleep(PERIOD).await;
        let counts = end_period(&mut lock(&unlogged));
        if counts.is_empty() {
            return;
        }
        for (refusal, count) in counts {
            refusal.log(count);
        }
    }
}

/// Returns the numbers to log. Kinds that have none are forgotten: their next refusal is a first one.
fn end_period(unlogged: &mut Unlogged) -> Vec<(Refusal, u64)> {
    unlogged.retain(|_, count| *count > 0);
    let counts = unlogged.iter_mut();
    counts
        .map(|(refusal, count)| (*refusal, std::mem::take(count)))
        .collect()
}

fn lock(unlogged: &Mutex<Unlogged>) -> MutexGuard<'_, Unlogged> {
    unlogged.lock().unwrap_or_else(PoisonError::into_inner)
}
