//! Gaps in the provider's notifications: after one, an event about a template may be missing.

use std::time::Duration;

use crate::time::Timestamp;

/// A time without notifications that counts as a gap.
///
/// A gateway that sends nothing receives nothing either. What follows a gap MUST therefore cost little; with
/// this length it happens at most twice an hour.
pub const GAP: Duration = Duration::from_secs(30 * 60);

/// Finds the gaps between notifications.
#[derive(Debug, Default)]
pub struct NotificationGaps {
    last: Option<Timestamp>,
}

impl NotificationGaps {
    /// Notes that a notification arrived, and returns whether it ended a gap. The first one ends none.
    pub fn note(&mut self, at: Timestamp) -> bool {
        let before = self.last.replace(at);
        before.is_some_and(|before| at.since(before) >= GAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_after_half_an_hour_of_silence_ends_a_gap() {
        let minute = 60_000;
        let mut gaps = NotificationGaps::default();
        let mut note = |millis| gaps.note(Timestamp::from_unix_millis(millis));
        assert!(!note(0), "nothing is known about the time before");
        assert!(!note(30 * minute - 1));
        assert!(!note(59 * minute), "counted from the last notification");
        assert!(note(89 * minute));
        assert!(!note(89 * minute));
    }

    #[test]
    fn a_clock_that_went_back_ends_no_gap_and_finds_the_next_one() {
        let hour = 3_600_000;
        let mut gaps = NotificationGaps::default();
        let mut note = |millis| gaps.note(Timestamp::from_unix_millis(millis));
        assert!(!note(9 * hour));
        assert!(!note(0));
        assert!(note(hour));
    }
}
