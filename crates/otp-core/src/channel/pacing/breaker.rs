//! The circuit breaker of one sender: after failures in a row, only single probes are sent.

use std::time::Duration;

/// This many failures in a row open the breaker.
pub(super) const MAX_FAILURES: u32 = 10;

/// The first pause; each failed probe doubles it.
pub(super) const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause, and so the longest delay before a recovery of the provider is noticed.
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(60);

/// How long other calls wait while a probe is running.
const PROBE_PAUSE: Duration = Duration::from_secs(1);

/// How long an unreported probe counts, so that a lost one does not hold the sender indefinitely.
pub(super) const MAX_PROBE: Duration = Duration::from_secs(60);

/// The state of a breaker: closed allows all calls, open none, and probing exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaker {
    Closed { failures: u32 },
    Open { until: Duration, pause: Duration },
    Probing { since: Duration, pause: Duration },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// Returns whether the call is a probe; `Err` is the wait before asking again.
    pub(super) fn ask(&mut self, now: Duration) -> Result<bool, Duration> {
        let (free_at, pause, wait) = match *self {
            Self::Closed { .. } => return Ok(false),
            Self::Open { until, pause } => (until, pause, until.saturating_sub(now)),
            Self::Probing { since, pause } => (since + MAX_PROBE, pause, PROBE_PAUSE),
        };
        if now < free_at {
            return Err(wait);
        }
        *self = Self::Probing { since: now, pause };
        Ok(true)
    }

    /// Closes the breaker after any success, even of a call that was made before it opened.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Counts a failure. Once the breaker is open only probes count, because calls made before it opened
    /// say nothing new.
    pub(super) fn failed(&mut self, is_probe: bool, now: Duration) {
        *self = match *self {
            Self::Closed { failures } if failures + 1 < MAX_FAILURES => Self::Closed {
                failures: failures + 1,
            },
            Self::Closed { .. } => Self::open(FIRST_PAUSE, now),
            Self::Probing { pause, .. } if is_probe => Self::open((pause * 2).min(MAX_PAUSE), now),
            unchanged @ (Self::Open { .. } | Self::Probing { .. }) => unchanged,
        };
    }

    fn open(pause: Duration, now: Duration) -> Self {
        Self::Open {
            until: now + pause,
            pause,
        }
    }
}
