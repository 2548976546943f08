//! Retries: how long work that failed waits for its next attempt.

use std::time::Duration;

/// The waits between the attempts of a piece of work.
#[derive(Debug, Clone, Copy)]
pub enum RetryWaits {
    /// Each is twice as long as the one before it.
    Doubling {
        /// The first wait.
        first: Duration,
        /// The longest.
        most: Duration,
    },
    /// These, one after the other. Then the work is given up.
    Listed(&'static [Duration]),
}

impl RetryWaits {
    /// Returns the wait after this many failed attempts; `None` if there is no further one.
    pub fn after(self, failed_attempts: u32) -> Option<Duration> {
        let earlier = failed_attempts.saturating_sub(1);
        match self {
            Self::Doubling { first, most } => {
                // 16 doublings reach any wait that is of use.
                Some(first.saturating_mul(1 << earlier.min(16)).min(most))
            }
            Self::Listed(waits) => waits.get(usize::try_from(earlier).ok()?).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits = RetryWaits::Doubling {
            first: seconds(10),
            most: seconds(3_600),
        };
        for (attempts, expected) in [
            (0, 10),
            (1, 10),
            (2, 20),
            (3, 40),
            (9, 2_560),
            (10, 3_600),
            (u32::MAX, 3_600),
        ] {
            assert_eq!(waits.after(attempts), Some(seconds(expected)), "{attempts}");
        }
    }

    #[test]
    fn after_the_last_of_the_listed_waits_the_work_is_given_up() {
        const LISTED: &[Duration] = &[seconds(5), seconds(300)];
        let waits = RetryWaits::Listed(LISTED);
        for (attempts, expected) in [
            (1, Some(seconds(5))),
            (2, Some(seconds(300))),
            (3, None),
            (u32::MAX, None),
        ] {
            assert_eq!(waits.after(attempts), expected, "{attempts}");
        }
    }
}
