//! The passcode of a caller: 1–8 ASCII letters or digits, kept only in memory and wiped after use.

use zeroize::Zeroize;

/// The maximum length of a passcode, in characters (LightOTP API, `otpCode`).
pub const MAX_LENGTH: usize = 8;

/// A passcode. It is never stored and never logged: `Debug` hides it and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Passcode(String);

/// The reason a text is not a passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPasscode {
    /// Absent or empty.
    #[error("the passcode is missing")]
    Missing,
    /// Longer than [`MAX_LENGTH`] characters.
    #[error("the passcode has more than 8 characters")]
    TooLong,
    /// With a character other than `A–Z`, `a–z`, `0–9`.
    #[error("the passcode has a character that is neither a letter A–Z nor a digit")]
    NotAlphanumeric,
}

impl Passcode {
    /// Reads a passcode. Its length is checked before its content, as the LightOTP API requires.
    pub fn parse(text: Option<&str>) -> Result<Self, InvalidPasscode> {
        let text = text
            .filter(|text| !text.is_empty())
            .ok_or(InvalidPasscode::Missing)?;
        if text.chars().count() > MAX_LENGTH {
            return Err(InvalidPasscode::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(InvalidPasscode::NotAlphanumeric);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the passcode itself, for the adapter that delivers it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Passcode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Passcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passcode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_eight_letters_or_digits_are_a_passcode() {
        for text in ["1", "123456", "AbC12345", "zzzzzzzz"] {
            assert_eq!(Passcode::parse(Some(text)).expect("valid").expose(), text);
        }
    }

    #[test]
    fn absent_and_empty_are_missing() {
        assert_eq!(Passcode::parse(None), Err(InvalidPasscode::Missing));
        assert_eq!(Passcode::parse(Some("")), Err(InvalidPasscode::Missing));
    }

    #[test]
    fn length_is_counted_in_characters_and_checked_before_content() {
        assert_eq!(
            Passcode::parse(Some("123456789")),
            Err(InvalidPasscode::TooLong)
        );
        assert_eq!(
            Passcode::parse(Some("12-34-56-78")),
            Err(InvalidPasscode::TooLong)
        );
        // Eight Arabic-Indic digits are 16 bytes but 8 characters.
        assert_eq!(
            Passcode::parse(Some("١٢٣٤٥٦٧٨")),
            Err(InvalidPasscode::NotAlphanumeric)
        );
    }

    #[test]
    fn anything_but_letters_and_digits_is_refused() {
        for text in [
            " ", "12 34", "12-34", "1234.", "é", "12\u{0}4", "١٢٣", "1234\n",
        ] {
            assert_eq!(
                Passcode::parse(Some(text)),
                Err(InvalidPasscode::NotAlphanumeric),
                "{text:?}"
            );
        }
    }

    #[test]
    fn debug_hides_it() {
        let passcode = Passcode::parse(Some("482913")).expect("valid");
        assert!(!format!("{passcode:?}").contains("482913"));
    }
}
