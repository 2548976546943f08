//! Writing direction of a language.

use otp_core::ui_language::UiLanguage;

/// A writing direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From right to left.
    RightToLeft,
}

impl Direction {
    /// Returns the direction in which the language is written.
    pub const fn of(language: UiLanguage) -> Self {
        match language {
            UiLanguage::Arabic => Self::RightToLeft,
            UiLanguage::English => Self::LeftToRight,
        }
    }

    /// Returns the value of HTML's `dir` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}
