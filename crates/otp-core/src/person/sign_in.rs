//! Sign-in: how long a person waits after wrong passwords.
//!
//! Nobody is locked out: otherwise anybody could lock others out. From the fifth wrong password in a row on, each one
//! doubles the wait before the next try, up to 15 minutes. That allows about a hundred tries a day.
//!
//! Source: OWASP ASVS 5.0, section 6.3.

use std::time::Duration;

use crate::ids::PersonId;
use crate::person::session::SessionHash;
use crate::retry::RetryWaits;
use crate::time::Timestamp;

/// The number of wrong passwords in a row that cost no wait.
const FREE: u32 = 4;

/// The waits after those.
const WAITS: RetryWaits = RetryWaits::Doubling {
    first: Duration::from_secs(30),
    most: Duration::from_secs(15 * 60),
};

/// The wrong passwords of a person since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignInFailures {
    /// How many there were.
    pub count: u32,
    /// The time of the last one, if there was any.
    pub last_at: Option<Timestamp>,
}

impl SignInFailures {
    /// Returns the time from which the next password is judged; `None` if it is judged at once.
    ///
    /// A try before that time is refused unjudged, and counts as none.
    pub fn may_try_at(self, now: Timestamp) -> Option<Timestamp> {
        let further = self
            .count
            .checked_sub(FREE)
            .filter(|further| *further > 0)?;
        let again = self.last_at? + WAITS.after(further)?;
        (now < again).then_some(again)
    }

    /// Returns the failures after one more.
    #[must_use]
    pub fn after_another(self, now: Timestamp) -> Self {
        Self {
            count: self.count.saturating_add(1),
            last_at: Some(now),
        }
    }
}

/// A link that signs a person in once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInLink {
    /// The hash of its token.
    pub hash: SessionHash,
    /// The person.
    pub person_id: PersonId,
    /// The time from which it is not accepted.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_millis(1_764_000_000_000);

    fn after(count: u32) -> SignInFailures {
        SignInFailures {
            count,
            last_at: Some(START),
        }
    }

    #[test]
    fn the_wait_begins_with_the_fifth_wrong_password_and_doubles() {
        for (count, wait) in [
            (0, None),
            (4, None),
            (5, Some(30)),
            (6, Some(60)),
            (7, Some(120)),
            (9, Some(480)),
            (10, Some(900)),
            (1_000, Some(900)),
            (u32::MAX, Some(900)),
        ] {
            let expected = wait.map(|seconds| START + Duration::from_secs(seconds));
            assert_eq!(after(count).may_try_at(START), expected, "{count}");
        }
    }

    #[test]
    fn a_try_is_judged_from_the_end_of_the_wait() {
        let end = START + Duration::from_secs(30);
        let before = end - Duration::from_millis(1);
        assert_eq!(after(5).may_try_at(before), Some(end));
        assert_eq!(after(5).may_try_at(end), None);
    }

    #[test]
    fn whoever_tries_for_a_day_has_about_a_hundred_tries() {
        let (mut failures, mut now, mut tries) = (SignInFailures::default(), START, 0);
        while now < START + Duration::from_secs(24 * 60 * 60) {
            match failures.may_try_at(now) {
                Some(again) => now = again,
                None => {
                    tries += 1;
                    failures = failures.after_another(now);
                }
            }
        }
        assert_eq!(tries, 104);
    }
}
