//! Took: how long something took, as a page writes it.

use std::time::Duration;

/// Times shorter than this are written in seconds, others as clocks write them.
const MINUTE: Duration = Duration::from_secs(60);

/// A duration in the unit that a page writes it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Took {
    /// Seconds, such as `1.2`.
    Seconds(String),
    /// Minutes and seconds, such as `2:05`, or hours before them.
    Clock(String),
}

impl From<Duration> for Took {
    fn from(took: Duration) -> Self {
        if took < MINUTE {
            let tenths = took.as_millis() / 100;
            return Self::Seconds(format!("{}.{}", tenths / 10, tenths % 10));
        }
        let (minutes, seconds) = (took.as_secs() / 60, took.as_secs() % 60);
        Self::Clock(match minutes / 60 {
            0 => format!("{minutes}:{seconds:02}"),
            hours => format!("{hours}:{:02}:{seconds:02}", minutes % 60),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_times_are_seconds_and_long_ones_are_written_as_clocks_write_them() {
        let seconds = |text: &str| Took::Seconds(text.to_owned());
        let clock = |text: &str| Took::Clock(text.to_owned());
        for (millis, expected) in [
            (0, seconds("0.0")),
            (1_290, seconds("1.2")),
            (59_999, seconds("59.9")),
            (60_000, clock("1:00")),
            (125_000, clock("2:05")),
            (3_661_000, clock("1:01:01")),
        ] {
            assert_eq!(Took::from(Duration::from_millis(millis)), expected);
        }
    }
}
