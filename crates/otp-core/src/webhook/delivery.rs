//! Deliveries: one event for one endpoint, called until it is accepted or given up.
//!
//! A failed call is repeated after the waits of [`DELIVERY_WAITS`], each longer by up to a tenth at random, so that the
//! deliveries of an endpoint that was away do not come back all at once. An endpoint whose calls fail one after
//! the other [rests](EndpointHealth): one call at a time finds out whether it works again, so a dead endpoint
//! costs little, and keeps its deliveries.

use std::time::Duration;

use super::endpoint::DisabledReason;
use super::outcome::WebhookVerdict;
use crate::retry::RetryWaits;
use crate::time::Timestamp;

/// The waits between the attempts (Standard Webhooks, "Deliverability and reliability"): the tenth and last
/// attempt is made 75 hours, 35 minutes and 5 seconds after the first.
pub const DELIVERY_WAITS: RetryWaits = RetryWaits::Listed(&[
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(14 * 60 * 60),
    Duration::from_secs(20 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
]);

/// An endpoint whose calls have all failed for this long is disabled.
pub const DISABLED_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// After this many failures in a row, an endpoint rests.
const FAILURES_BEFORE_REST: u32 = 5;

/// How long an endpoint rests.
const RESTS: RetryWaits = RetryWaits::Doubling {
    first: Duration::from_secs(5),
    most: Duration::from_secs(5 * 60),
};

/// The longest time for which an endpoint may ask not to be called.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for its next attempt, or for its first.
    Waiting,
    /// The endpoint accepted it.
    Delivered,
    /// It will not be tried again.
    GivenUp,
}

impl DeliveryState {
    /// All states, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::GivenUp];

    /// Returns the state after an attempt that failed, given the time of the next one.
    pub(super) const fn after_failure(due_at: Option<Timestamp>) -> Self {
        match due_at {
            Some(_) => Self::Waiting,
            None => Self::GivenUp,
        }
    }

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Delivered => "Delivered",
            Self::GivenUp => "GivenUp",
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Delivered => 1,
            Self::GivenUp => 2,
        }
    }

    /// Returns the state of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// The recent failures of an endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndpointHealth {
    /// The calls that failed since the last success.
    pub failures: u32,
    /// The time of the first of them.
    pub failing_since: Option<Timestamp>,
    /// The time before which it is not called.
    pub rests_until: Option<Timestamp>,
}

/// A call that was made.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// How many attempts of its delivery were made, this one included.
    pub number: u32,
    /// The verdict on it.
    pub verdict: WebhookVerdict,
    /// The time at which it ended.
    pub at: Timestamp,
    /// A random number that spreads the next attempt.
    pub spread: u8,
}

/// The result of judging an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedAttempt {
    /// The new state of the delivery.
    pub state: DeliveryState,
    /// The time of its next attempt, if it waits.
    pub due_at: Option<Timestamp>,
    /// The health of its endpoint from now on.
    pub health: EndpointHealth,
    /// The reason this attempt disables its endpoint, if it does. The deliveries stay as they are, for a replay.
    pub disabled: Option<DisabledReason>,
}

impl EndpointHealth {
    /// Returns how many calls may be under way at a time: one after several failures in a row.
    pub fn calls_at_a_time(&self, most: usize) -> usize {
        if self.failures < FAILURES_BEFORE_REST {
            most
        } else {
            1
        }
    }

    /// Returns the first instant from `now` on at which the endpoint does not rest.
    pub fn may_be_called_at(&self, now: Timestamp) -> Timestamp {
        self.rests_until.map_or(now, |until| until.max(now))
    }

    /// Judges an attempt that was made in this state of the endpoint.
    pub fn judge(self, attempt: Attempt) -> JudgedAttempt {
        let at = attempt.at;
        let asked = match attempt.verdict {
            WebhookVerdict::Delivered => {
                return JudgedAttempt {
                    state: DeliveryState::Delivered,
                    due_at: None,
                    health: Self::default(),
                    disabled: None,
                };
            }
            WebhookVerdict::Gone => None,
            WebhookVerdict::Failed { retry_after } | WebhookVerdict::Throttled { retry_after } => {
                retry_after
            }
        };
        let asked = asked.map(|asked| asked.min(LONGEST_RETRY_AFTER));
        let due_at = next_attempt(attempt.number, at, attempt.spread, asked);
        let health = self.after_failure(attempt, asked);
        let fails_too_long = health
            .failing_since
            .is_some_and(|since| at.since(since) >= DISABLED_AFTER);
        let disabled = if attempt.verdict == WebhookVerdict::Gone {
            Some(DisabledReason::Gone)
        } else {
            fails_too_long.then_some(DisabledReason::Failing)
        };
        JudgedAttempt {
            state: DeliveryState::after_failure(due_at),
            due_at,
            health,
            disabled,
        }
    }

    fn after_failure(self, attempt: Attempt, asked: Option<Duration>) -> Self {
        let failures = self.failures.saturating_add(1);
        let in_a_row = failures.checked_sub(FAILURES_BEFORE_REST);
        let rest = in_a_row.and_then(|more| RESTS.after(more.saturating_add(1)));
        let throttled = matches!(attempt.verdict, WebhookVerdict::Throttled { .. });
        let rest = rest.max(asked.filter(|_| throttled));
        let rests_until = rest.map(|rest| attempt.at + rest);
        Self {
            failures,
            failing_since: Some(self.failing_since.unwrap_or(attempt.at)),
            // Of two calls at a time, the one that ends later does not shorten the rest.
            rests_until: rests_until.max(self.rests_until),
        }
    }
}

/// Returns the time of the attempt after the one with this number, which failed at `at`; `None` if it was the last.
/// The endpoint may have asked for a longer wait.
pub(super) fn next_attempt(
    number: u32,
    at: Timestamp,
    random: u8,
    asked: Option<Duration>,
) -> Option<Timestamp> {
    let wait = DELIVERY_WAITS.after(number)?;
    Some(at + spread(wait, random).max(asked.unwrap_or_default()))
}

/// Lengthens a wait by up to a tenth.
fn spread(wait: Duration, random: u8) -> Duration {
    wait + wait * u32::from(random) / (10 * u32::from(u8::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);
    const FAILED: WebhookVerdict = WebhookVerdict::Failed { retry_after: None };

    fn attempt(number: u32, verdict: WebhookVerdict, at: Timestamp) -> Attempt {
        Attempt {
            number,
            verdict,
            at,
            spread: 0,
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_delivery_is_tried_ten_times_in_a_little_more_than_three_days() {
        let (mut at, mut number) = (NOW, 1);
        let last = loop {
            let judged = EndpointHealth::default().judge(attempt(number, FAILED, at));
            let Some(due_at) = judged.due_at else {
                break judged;
            };
            assert_eq!(judged.state, DeliveryState::Waiting);
            (at, number) = (due_at, number + 1);
        };
        assert_eq!((number, last.state), (10, DeliveryState::GivenUp));
        assert_eq!(at.since(NOW), seconds(75 * 3_600 + 35 * 60 + 5));
    }

    #[test]
    fn the_answer_decides_over_the_delivery_and_the_endpoint() {
        let after = |retry_after| Some(seconds(retry_after));
        for (verdict, state, due_in, rests_for, disabled) in [
            (
                WebhookVerdict::Delivered,
                DeliveryState::Delivered,
                None,
                None,
                None,
            ),
            (FAILED, DeliveryState::Waiting, Some(5), None, None),
            (
                WebhookVerdict::Failed {
                    retry_after: after(60),
                },
                DeliveryState::Waiting,
                Some(60),
                None,
                None,
            ),
            (
                WebhookVerdict::Throttled {
                    retry_after: after(60),
                },
                DeliveryState::Waiting,
                Some(60),
                Some(60),
                None,
            ),
            (
                WebhookVerdict::Throttled {
                    retry_after: after(2),
                },
                DeliveryState::Waiting,
                Some(5),
                Some(2),
                None,
            ),
            (
                WebhookVerdict::Throttled {
                    retry_after: after(86_400),
                },
                DeliveryState::Waiting,
                Some(3_600),
                Some(3_600),
                None,
            ),
            (
                WebhookVerdict::Throttled { retry_after: None },
                DeliveryState::Waiting,
                Some(5),
                None,
                None,
            ),
            (
                WebhookVerdict::Gone,
                DeliveryState::Waiting,
                Some(5),
                None,
                Some(DisabledReason::Gone),
            ),
        ] {
            let judged = EndpointHealth::default().judge(attempt(1, verdict, NOW));
            assert_eq!(judged.state, state, "{verdict:?}");
            let due_at = due_in.map(|wait| NOW + seconds(wait));
            assert_eq!(judged.due_at, due_at, "{verdict:?}");
            let rests_until = rests_for.map(|rest| NOW + seconds(rest));
            assert_eq!(judged.health.rests_until, rests_until, "{verdict:?}");
            assert_eq!(judged.disabled, disabled, "{verdict:?}");
        }
    }

    #[test]
    fn an_endpoint_rests_longer_with_each_failure_and_works_at_once_after_a_success() {
        let (mut health, mut at) = (EndpointHealth::default(), NOW);
        let mut rests = Vec::new();
        for number in 1..=13 {
            let most = if number <= FAILURES_BEFORE_REST { 4 } else { 1 };
            assert_eq!(health.calls_at_a_time(4), most, "{number}");
            health = health.judge(attempt(number, FAILED, at)).health;
            assert_eq!(health.failing_since, Some(NOW));
            rests.push(health.rests_until.map(|until| until.since(at).as_secs()));
            at = health.rests_until.unwrap_or(at);
        }
        let expected = [5, 10, 20, 40, 80, 160, 300, 300, 300].map(Some);
        assert_eq!(rests[..4], [None; 4]);
        assert_eq!(rests[4..], expected);
        let works = health.judge(attempt(1, WebhookVerdict::Delivered, at));
        assert_eq!(works.health, EndpointHealth::default());
    }

    #[test]
    fn an_endpoint_that_fails_for_five_days_is_disabled() {
        let health = EndpointHealth {
            failures: 40,
            failing_since: Some(NOW),
            rests_until: None,
        };
        let almost = NOW + DISABLED_AFTER - Duration::from_millis(1);
        for (at, disabled) in [
            (almost, None),
            (NOW + DISABLED_AFTER, Some(DisabledReason::Failing)),
        ] {
            assert_eq!(health.judge(attempt(3, FAILED, at)).disabled, disabled);
        }
        let works = attempt(3, WebhookVerdict::Delivered, NOW + DISABLED_AFTER);
        assert_eq!(health.judge(works).disabled, None);
    }

    proptest! {
        #[test]
        fn a_wait_is_at_most_a_tenth_longer_and_a_rest_at_most_an_hour(
            failures in 0..50_u32,
            number in 1..10_u32,
            spread in any::<u8>(),
            asked in proptest::option::of(0..100_000_u64),
        ) {
            let health = EndpointHealth { failures, ..EndpointHealth::default() };
            let retry_after = asked.map(seconds);
            let verdict = WebhookVerdict::Throttled { retry_after };
            let judged = health.judge(Attempt { number, verdict, at: NOW, spread });
            let wait = DELIVERY_WAITS.after(number).expect("not the last");
            let waits = judged.due_at.expect("not the last").since(NOW);
            let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
            prop_assert!(waits >= wait.max(asked));
            prop_assert!(waits <= (wait + wait / 10).max(asked));
            let rests = judged.health.rests_until.map_or(Duration::ZERO, |until| until.since(NOW));
            prop_assert!(rests >= asked.min(seconds(3_600)));
            prop_assert!(rests <= seconds(3_600));
        }
    }
}
