//! The guess budget: at most five wrong guesses a code and ten a recipient in 24 hours.
//!
//! The second limit survives new codes, resends and other API keys. Without it, whoever asks for a new
//! code after each five guesses could go on indefinitely.

use std::time::Duration;

use crate::time::Timestamp;

/// Wrong guesses that end a code.
pub const GUESSES_PER_CODE: usize = 5;

/// Wrong guesses that block a recipient of an account for the rest of [`MEMORY`].
pub const GUESSES_PER_RECIPIENT: usize = 10;

/// How long a wrong guess counts against its recipient.
pub const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// The wrong guesses that count at some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessBudget<'a> {
    /// Wrong guesses of the code, with those it inherited.
    pub of_code: usize,
    /// The times of the recipient's wrong guesses, in any order.
    pub of_recipient: &'a [Timestamp],
    /// The instant.
    pub now: Timestamp,
}

impl GuessBudget<'_> {
    /// Returns how many wrong guesses are still allowed.
    pub fn left(&self) -> usize {
        let of_code = GUESSES_PER_CODE.saturating_sub(self.of_code);
        of_code.min(GUESSES_PER_RECIPIENT.saturating_sub(self.counting().count()))
    }

    /// Returns when a recipient without guesses may guess again: when enough of the failures are
    /// forgotten that fewer than [`GUESSES_PER_RECIPIENT`] count. `None` if it may guess now.
    pub fn blocked_until(&self) -> Option<Timestamp> {
        let mut newest_first: Vec<_> = self.counting().collect();
        newest_first.sort_unstable_by(|a, b| b.cmp(a));
        // A failure that another server recorded a little ahead of this one's clock is no longer wait.
        let last = *newest_first.get(GUESSES_PER_RECIPIENT - 1)?;
        Some(last.min(self.now) + MEMORY)
    }

    /// A failure that the clock has not reached counts too: the clock was set back.
    fn counting(&self) -> impl Iterator<Item = Timestamp> {
        let horizon = self.now - MEMORY;
        let failures = self.of_recipient.iter().copied();
        failures.filter(move |failure| *failure > horizon)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    fn hours_ago(hours: u64) -> Timestamp {
        NOW - Duration::from_secs(hours * 60 * 60)
    }

    fn budget(of_code: usize, of_recipient: &[Timestamp]) -> GuessBudget<'_> {
        GuessBudget {
            of_code,
            of_recipient,
            now: NOW,
        }
    }

    #[test]
    fn the_smaller_limit_decides() {
        let recent = [hours_ago(1); 12];
        for (of_code, of_recipient, left) in [
            (0, 0, 5),
            (4, 4, 1),
            (5, 5, 0),
            (9, 9, 0),
            (0, 5, 5),
            (0, 6, 4),
            (0, 9, 1),
            (0, 10, 0),
            (0, 12, 0),
        ] {
            let budget = budget(of_code, &recent[..of_recipient]);
            assert_eq!(budget.left(), left, "{of_code}, {of_recipient}");
        }
    }

    #[test]
    fn a_failure_counts_for_a_day() {
        let mut failures = vec![hours_ago(2); 9];
        failures.push(hours_ago(24));
        assert_eq!(budget(0, &failures).left(), 1, "the oldest is forgotten");
        assert_eq!(budget(0, &failures).blocked_until(), None);
        failures[9] = hours_ago(24) + Duration::from_millis(1);
        assert_eq!(budget(0, &failures).left(), 0);
        let until = budget(0, &failures).blocked_until();
        assert_eq!(until, Some(NOW + Duration::from_millis(1)));
    }

    #[test]
    fn of_more_than_ten_failures_the_tenth_newest_decides() {
        let failures: Vec<_> = (1..=12).map(hours_ago).collect();
        let until = budget(0, &failures).blocked_until();
        assert_eq!(until, Some(hours_ago(10) + MEMORY));
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_a_day_or_a_negative_time(
            hours in prop::collection::vec(-30_i64..30, 0..20),
        ) {
            let failures: Vec<_> = hours
                .into_iter()
                .map(|hours| Timestamp::from_unix_millis(NOW.unix_millis() + hours * 3_600_000))
                .collect();
            let budget = budget(0, &failures);
            match budget.blocked_until() {
                Some(until) => {
                    prop_assert_eq!(budget.left(), 0);
                    prop_assert!(until > NOW && until <= NOW + MEMORY);
                }
                None => prop_assert!(budget.left() > 0),
            }
        }
    }
}
