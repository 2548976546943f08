//! The reasons a text is not a phone number.

/// A text is not a phone number. The error never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhoneNumber {
    /// There is no plus sign, or something other than digits behind it.
    #[error("a phone number is a plus sign followed by digits only (E.164)")]
    NotE164,
    /// No country has a code that starts like this.
    #[error("the country code does not exist")]
    UnknownCountryCode,
    /// Every number of the country is longer.
    #[error("the number is too short for its country")]
    TooShort,
    /// Every number of the country is shorter.
    #[error("the number is too long for its country")]
    TooLong,
    /// The length may be right, but the country's numbering plan has no such number.
    #[error("the number is not assigned in its country's numbering plan")]
    NotAssigned,
}
