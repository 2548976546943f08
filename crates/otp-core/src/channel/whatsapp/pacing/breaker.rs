//! The breaker of one sender: after failures in a row nobody is called but now and then one probe.

use std::time::Duration;

/// So many failures in a row open it.
pub(super) const MAX_FAILURES: u32 = 10;

/// How long the first pause is; each failed probe doubles it.
pub(super) const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No pause is longer: so late at most is it noticed that the provider is back.
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(60);

/// How long others wait while a probe is under way.
const PROBE_PAUSE: Duration = Duration::from_secs(1);

/// A probe that nobody reported on is forgotten after this, so that its loss holds nobody for ever.
pub(super) const MAX_PROBE: Duration = Duration::from_secs(60);

/// Closed lets all calls through, open none, probing exactly one.
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

    /// Whether a call may be made, and if so, whether it is a probe; else when to ask again.
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

    /// The provider works, whoever found out: calls that were made before it opened count, too.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The provider failed. Once it is open only probes count: what was called before says nothing new.
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
