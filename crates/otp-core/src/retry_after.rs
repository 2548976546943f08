//! `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// The maximum wait. No caller waits longer for one attempt, and sums of shorter waits cannot overflow.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the wait the server asks for. A date is compared with the answer's own `Date`, so that
/// neither clock has to be right; without that header, a date is ignored.
pub fn parse(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let retry_after = retry_after.trim();
    let wait = if !retry_after.is_empty() && retry_after.bytes().all(|b| b.is_ascii_digit()) {
        // A number with too many digits is a long wait as well.
        Duration::from_secs(retry_after.parse().unwrap_or(u64::MAX))
    } else {
        let until = http_date(retry_after)?;
        let now = http_date(date?.trim())?;
        Duration::try_from(until - now).unwrap_or_default()
    };
    Some(wait.min(MAX_WAIT))
}

/// Reads a date in the only form that servers may still write; the two obsolete forms are ignored.
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
    fn a_date_counts_from_the_answers_own_date() {
        check("Fri, 20 Nov 2026 12:00:05 GMT", Some(NOON), Some(5));
        check("Fri, 20 Nov 2026 13:00:00 GMT", Some(NOON), Some(3_600));
    }

    #[test]
    fn a_date_in_the_past_asks_for_no_wait() {
        check("Fri, 20 Nov 2026 11:59:59 GMT", Some(NOON), Some(0));
    }

    #[test]
    fn a_date_that_cannot_be_compared_is_ignored() {
        check("Fri, 20 Nov 2026 12:00:05 GMT", None, None);
        check("Fri, 20 Nov 2026 12:00:05 GMT", Some("noon"), None);
    }

    #[test]
    fn other_texts_are_ignored() {
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
