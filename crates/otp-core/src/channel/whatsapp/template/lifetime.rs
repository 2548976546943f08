//! The time to live of a template's messages, and the expiry of their codes.
//!
//! The first must not outlast the second: a code that arrives after it has expired only confuses.

use std::time::Duration;

/// The provider's default if a template has no time to live (Cloud API, authentication).
pub const DEFAULT_TIME_TO_LIVE: TimeToLive = TimeToLive::Limited(600);

/// How long the provider's button accepts a code if the template has no footer (Cloud API).
const CODE_EXPIRY_WITHOUT_FOOTER: CodeExpiry = CodeExpiry(10);

/// How long the provider tries to deliver a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeToLive {
    /// This number of seconds.
    Limited(u32),
    /// As long as the provider keeps any message, which is a month. The provider writes -1.
    Unlimited,
}

impl TimeToLive {
    /// Reads the provider's number: seconds, or -1.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        match seconds {
            -1 => Some(Self::Unlimited),
            1.. => u32::try_from(seconds)
                .ok()
                .filter(|seconds| *seconds <= i32::MAX.unsigned_abs())
                .map(Self::Limited),
            _ => None,
        }
    }

    /// Returns the provider's number.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Limited(seconds) => seconds.into(),
            Self::Unlimited => -1,
        }
    }

    /// Returns the time, if it is limited.
    pub fn limit(self) -> Option<Duration> {
        match self {
            Self::Limited(seconds) => Some(Duration::from_secs(seconds.into())),
            Self::Unlimited => None,
        }
    }

    /// Returns whether a message could arrive after its code has expired. Without a footer, the provider's
    /// own expiry counts.
    pub fn outlasts(self, code_expiry: Option<CodeExpiry>) -> bool {
        let expiry = code_expiry.unwrap_or(CODE_EXPIRY_WITHOUT_FOOTER);
        self.limit().is_none_or(|limit| limit > expiry.duration())
    }
}

/// How long a code is valid according to the message's footer: 1 to 90 minutes (Cloud API).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeExpiry(u8);

/// The time is not a valid expiry of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code's expiry is 1 to 90 whole minutes")]
pub struct InvalidCodeExpiry;

impl CodeExpiry {
    /// Reads a number of minutes.
    pub fn from_minutes(minutes: i64) -> Result<Self, InvalidCodeExpiry> {
        u8::try_from(minutes)
            .ok()
            .filter(|minutes| (1..=90).contains(minutes))
            .map(Self)
            .ok_or(InvalidCodeExpiry)
    }

    /// Reads a duration.
    pub fn from_duration(duration: Duration) -> Result<Self, InvalidCodeExpiry> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| InvalidCodeExpiry)?;
        if duration.subsec_nanos() > 0 || seconds % 60 != 0 {
            return Err(InvalidCodeExpiry);
        }
        Self::from_minutes(seconds / 60)
    }

    /// Returns the minutes.
    pub fn minutes(self) -> u8 {
        self.0
    }

    /// Returns the duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_live_is_positive_or_unlimited() {
        for (seconds, expected) in [
            (300, Some(TimeToLive::Limited(300))),
            (-1, Some(TimeToLive::Unlimited)),
            (0, None),
            (-2, None),
            (i64::MAX, None),
        ] {
            assert_eq!(TimeToLive::from_seconds(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn a_message_must_not_outlast_its_code() {
        for (ttl, minutes, expected) in [
            (300, Some(5), false),
            (301, Some(5), true),
            (-1, Some(90), true),
            (600, None, false),
            (601, None, true),
        ] {
            let ttl = TimeToLive::from_seconds(ttl).expect("a time to live");
            let expiry = minutes.map(|n| CodeExpiry::from_minutes(n).expect("an expiry"));
            assert_eq!(ttl.outlasts(expiry), expected, "{ttl:?} of {expiry:?}");
        }
    }

    #[test]
    fn an_expiry_is_whole_minutes() {
        for (seconds, expected) in [
            (60, Some(1)),
            (5_400, Some(90)),
            (90, None),
            (0, None),
            (5_460, None),
        ] {
            let read = CodeExpiry::from_duration(Duration::from_secs(seconds));
            assert_eq!(read.ok().map(CodeExpiry::minutes), expected, "{seconds}");
        }
        assert!(CodeExpiry::from_duration(Duration::from_millis(60_001)).is_err());
        assert!(CodeExpiry::from_duration(Duration::MAX).is_err());
    }
}
