//! Instants in milliseconds, the precision of every store and of the API, so that a time read back
//! equals the time written.

mod jumps;

use std::time::Duration;

use ::time::OffsetDateTime;
use ::time::format_description::BorrowedFormatItem;
use ::time::format_description::well_known::Rfc3339;
use ::time::macros::format_description;

pub use jumps::ClockJumps;

/// An instant in UTC, in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last millisecond of the year 9999. Later instants are set to it, so that they do not wrap
/// around to one long past.
const LATEST: i64 = 253_402_300_799_999;

const WIRE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The text is not an RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant such as 2026-11-20T09:30:00Z")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// The last instant that RFC 3339 and every store can express.
    pub const MAX: Self = Self(LATEST);

    /// Converts milliseconds since 1970-01-01T00:00:00Z.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339; digits beyond milliseconds are cut off.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(Self::from)
            .map_err(|_| InvalidTimestamp)
    }

    /// Writes RFC 3339 in UTC with milliseconds and `Z`, as the API prints it.
    pub fn to_rfc3339(self) -> String {
        OffsetDateTime::from(self).format(&WIRE).unwrap_or_default()
    }

    /// Writes the day in UTC, such as 2026-05-14 (RFC 3339, `full-date`).
    pub fn to_date(self) -> String {
        let text = self.to_rfc3339();
        text.split_once('T').unwrap_or_default().0.to_owned()
    }

    /// Returns the time from `earlier` to `self`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default())
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis).min(LATEST))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(instant: OffsetDateTime) -> Self {
        Self(instant.unix_timestamp() * 1_000 + i64::from(instant.millisecond()))
    }
}

impl From<Timestamp> for OffsetDateTime {
    /// Converts an instant; one outside the years that `time` supports becomes the Unix epoch.
    fn from(timestamp: Timestamp) -> Self {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(timestamp.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_utc_with_milliseconds_and_z() {
        let instant = Timestamp::parse("2026-05-14T12:13:42.8129+03:00").expect("valid");
        assert_eq!(instant.to_rfc3339(), "2026-05-14T09:13:42.812Z");
        assert_eq!(Timestamp::parse(&instant.to_rfc3339()), Ok(instant));
        assert_eq!(instant.to_date(), "2026-05-14");
    }

    #[test]
    fn a_text_that_is_not_an_instant_is_refused() {
        for text in ["", "2026-05-14", "yesterday", "2026-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn an_instant_beyond_the_year_9999_is_set_to_its_end() {
        let now = Timestamp::from_unix_millis(1_800_000_000_000);
        for duration in [Duration::from_secs(300_000_000_000), Duration::MAX] {
            assert_eq!((now + duration).to_rfc3339(), "9999-12-31T23:59:59.999Z");
        }
    }

    #[test]
    fn no_duration_is_negative() {
        let early = Timestamp::from_unix_millis(1_000);
        let late = Timestamp::from_unix_millis(3_500);
        assert_eq!(late.since(early), Duration::from_millis(2_500));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
