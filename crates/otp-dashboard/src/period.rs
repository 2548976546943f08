//! Period: the time that a list covers, up to now.

use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A period that a reader can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Period {
    /// All that is stored.
    #[default]
    Any,
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
}

impl Period {
    pub(crate) const ALL: [Self; 4] = [Self::Any, Self::Day, Self::Week, Self::Month];

    /// Reads the value of a form; anything else is [`Period::Any`].
    pub(crate) fn read(text: &str) -> Self {
        let found = Self::ALL.into_iter().find(|period| period.value() == text);
        found.unwrap_or_default()
    }

    /// Returns the value in the form and in the address.
    pub(crate) const fn value(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Any => "period-any",
            Self::Day => "period-day",
            Self::Week => "period-week",
            Self::Month => "period-month",
        }
    }

    /// Returns how long it is; `None` if it has no beginning.
    pub(crate) fn length(self) -> Option<Duration> {
        match self {
            Self::Any => None,
            Self::Day => Some(24 * HOUR),
            Self::Week => Some(7 * 24 * HOUR),
            Self::Month => Some(30 * 24 * HOUR),
        }
    }
}
