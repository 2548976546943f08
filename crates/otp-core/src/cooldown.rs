//! The cooldown: the wait before a recipient may be sent to again (LightOTP API, "Duplicate-send
//! protection").
//!
//! After the n-th send of a streak the wait is `min(30 s · 2^(n-1), 6 h)`. A streak is a run of
//! non-failed sends with gaps under 6 h. It is always computed from the messages themselves, so a
//! message that fails later leaves its streak without further work.

use std::time::Duration;

use crate::time::Timestamp;

/// The wait after the first send of a streak.
pub const FIRST_WAIT: Duration = Duration::from_secs(30);

/// The longest wait.
pub const MAX_WAIT: Duration = Duration::from_secs(6 * 60 * 60);

/// A pause of this length ends a streak.
pub const STREAK_GAP: Duration = MAX_WAIT;

/// From this send of a streak on, the wait is the longest one: 30 s · 2^10 exceeds 6 h.
const SENDS_TO_LONGEST_WAIT: u32 = 11;

/// How far ahead of the clock a send may lie and still count: another server may have recorded it, and
/// its clock may be ahead.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// Sends older than this cannot change a decision: the 11 newest sends of a streak already cause
/// the longest wait, and the gaps between them are under 6 h each.
pub const HORIZON: Duration = Duration::from_secs(11 * 6 * 60 * 60);

/// Returns the wait after the n-th send of a streak; `n` counts from 1.
pub fn wait_after(n: u32) -> Duration {
    if n >= SENDS_TO_LONGEST_WAIT {
        return MAX_WAIT;
    }
    FIRST_WAIT * 2_u32.pow(n.saturating_sub(1))
}

/// Returns when the recipient of these non-failed sends may be sent to again, never more than
/// [`MAX_WAIT`] after `now`; `None` if no send counts. The order of `sends` does not matter.
///
/// A send further ahead of `now` than [`MAX_CLOCK_SKEW`] was recorded before the clock went back. Nobody
/// knows when that was, so it does not count: otherwise its recipient would wait until the clock has
/// passed it again.
pub fn retry_at(sends: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let latest = now + MAX_CLOCK_SKEW;
    let counting = sends.iter().copied().filter(|sent| *sent <= latest);
    let mut newest_first: Vec<_> = counting.collect();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let last = *newest_first.first()?;
    let gaps_within = newest_first
        .windows(2)
        .take_while(|pair| pair[0].since(pair[1]) < STREAK_GAP);
    let streak = 1 + u32::try_from(gaps_within.count()).unwrap_or(u32::MAX - 1);
    Some((last + wait_after(streak)).min(now + MAX_WAIT))
}

/// Returns the wait in whole seconds, rounded up so that a caller who waits this long waits long
/// enough.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    fn at(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    /// The answer a moment after the last of the sends.
    fn retry_at(sends: &[Timestamp]) -> Option<Timestamp> {
        let now = sends.iter().copied().max().unwrap_or(START);
        super::retry_at(sends, now)
    }

    #[test]
    fn the_wait_doubles_from_30_seconds_to_6_hours() {
        let waits: Vec<_> = (1..=13).map(|n| wait_after(n).as_secs()).collect();
        let documented = [
            30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 21_600, 21_600, 21_600,
        ];
        assert_eq!(waits, documented);
        assert_eq!(wait_after(u32::MAX), MAX_WAIT);
    }

    #[test]
    fn a_number_never_sent_to_has_no_wait() {
        assert_eq!(retry_at(&[]), None);
    }

    #[test]
    fn each_send_of_a_streak_counts() {
        assert_eq!(retry_at(&[at(0)]), Some(at(30)));
        assert_eq!(retry_at(&[at(0), at(30)]), Some(at(90)));
        assert_eq!(retry_at(&[at(30), at(100), at(0)]), Some(at(220)));
    }

    #[test]
    fn six_hours_without_a_send_start_a_new_streak() {
        let six_hours = STREAK_GAP.as_secs();
        assert_eq!(retry_at(&[at(0), at(six_hours)]), Some(at(six_hours + 30)));
        assert_eq!(
            retry_at(&[at(0), at(six_hours - 1)]),
            Some(at(six_hours - 1 + 60))
        );
    }

    #[test]
    fn a_message_that_failed_later_leaves_the_streak_by_itself() {
        let with = retry_at(&[at(0), at(30), at(90)]).expect("sends");
        let without = retry_at(&[at(0), at(90)]).expect("sends");
        assert_eq!(with, at(210));
        assert_eq!(without, at(150));
    }

    #[test]
    fn a_send_from_before_the_clock_went_back_delays_nothing() {
        let day = 24 * 60 * 60;
        assert_eq!(super::retry_at(&[at(day)], at(0)), None);
        // The next send begins a streak of its own.
        assert_eq!(super::retry_at(&[at(day), at(0)], at(1)), Some(at(30)));
        // Once the clock has passed it again, it counts again.
        assert_eq!(super::retry_at(&[at(day)], at(day)), Some(at(day + 30)));
    }

    #[test]
    fn a_send_of_a_server_whose_clock_is_ahead_counts() {
        let skew = 5 * 60;
        assert_eq!(super::retry_at(&[at(skew)], at(0)), Some(at(skew + 30)));
        assert_eq!(super::retry_at(&[at(skew + 1)], at(0)), None);
        // The longest wait stays the longest.
        let streak: Vec<_> = (0..=11).map(|n| at(10 * n + 2)).collect();
        let now = at(110);
        assert_eq!(super::retry_at(&streak, now), Some(now + MAX_WAIT));
    }

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(29_001)), 30);
        assert_eq!(whole_seconds(Duration::from_secs(29)), 29);
    }

    proptest! {
        #[test]
        fn the_wait_is_never_longer_than_six_hours_nor_shorter_than_30_seconds(
            seconds in prop::collection::vec(0_u64..1_000_000, 1..40),
        ) {
            let sends: Vec<_> = seconds.iter().map(|s| at(*s)).collect();
            let last = *sends.iter().max().expect("at least one");
            let wait = retry_at(&sends).expect("sends").since(last);
            prop_assert!(wait >= FIRST_WAIT && wait <= MAX_WAIT);
        }

        #[test]
        fn the_wait_is_never_longer_than_six_hours_whatever_the_clock_says(
            seconds in prop::collection::vec(0_u64..1_000_000, 1..40),
            now in 0_u64..1_000_000,
        ) {
            let sends: Vec<_> = seconds.iter().map(|s| at(*s)).collect();
            let retry_at = super::retry_at(&sends, at(now));
            prop_assert!(retry_at.is_none_or(|retry_at| retry_at <= at(now) + MAX_WAIT));
        }

        #[test]
        fn sends_beyond_the_horizon_change_nothing(
            gaps in prop::collection::vec(30_u64..40_000, 1..40),
        ) {
            let mut elapsed = 0;
            let sends: Vec<_> = gaps.iter().map(|gap| { elapsed += gap; at(elapsed) }).collect();
            let now = at(elapsed + 1);
            let near: Vec<_> = sends.iter().copied().filter(|s| now.since(*s) <= HORIZON).collect();
            prop_assert_eq!(super::retry_at(&sends, now), super::retry_at(&near, now));
        }
    }
}
