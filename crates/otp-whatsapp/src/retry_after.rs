//! `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Longer waits are all the same to a passcode, and sums of shorter ones cannot overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the server asks to wait. A date is held against the answer's own `Date`: so neither clock
/// has to be right, and a date without one says nothing.
pub(crate) fn parse(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let retry_after = retry_after.trim();
    let wait = if !retry_after.is_empty() && retry_after.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are a long wait all the same.
        Duration::from_secs(retry_after.parse().unwrap_or(u64::MAX))
    } else {
        let until = http_date(retry_after)?;
        let now = http_date(date?.trim())?;
        Duration::try_from(until - now).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

/// A date in the one form servers may still write; the two obsolete ones are not worth guessing.
fn http_date(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: &str = "Fri, 20 Nov 2026 12:00:00 GMT";

    #[track_caller]
    fn check(retry_after: &str, date: Option<&str>, seconds: Option<u64>) {
        assert_eq!(
            parse(retry_after, date),
            seconds.map(Duration::from_secs),
            "{retry_after}"
        );
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        check("0", None, Some(0));
        check(" 17 ", Some(NOON), Some(17));
        check("0120", None, Some(120));
    }

    #[test]
    fn a_date_counts_from_the_answers_own() {
        check("Fri, 20 Nov 2026 12:00:05 GMT", Some(NOON), Some(5));
        check("Fri, 20 Nov 2026 13:00:00 GMT", Some(NOON), Some(3_600));
    }

    #[test]
    fn a_date_in_the_past_asks_for_no_wait() {
        check("Fri, 20 Nov 2026 11:59:59 GMT", Some(NOON), Some(0));
    }

    #[test]
    fn a_date_that_cannot_be_compared_says_nothing() {
        check("Fri, 20 Nov 2026 12:00:05 GMT", None, None);
        check("Fri, 20 Nov 2026 12:00:05 GMT", Some("noon"), None);
    }

    #[test]
    fn nonsense_says_nothing() {
        for text in ["", "-1", "1.5", "soon", "1 s", "٥"] {
            check(text, Some(NOON), None);
        }
    }

    #[test]
    fn no_wait_is_longer_than_a_day() {
        for text in ["86401", "18446744073709551615", "99999999999999999999999"] {
            check(text, None, Some(86_400));
        }
        check("Fri, 20 Nov 2099 12:00:05 GMT", Some(NOON), Some(86_400));
    }
}
