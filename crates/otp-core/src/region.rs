//! The country or territory a phone number belongs to: the key of prices and reports.

use std::fmt;

/// An ISO 3166-1 alpha-2 code in upper case, or [`Region::WORLD`].
///
/// Only the form is checked, not the list of countries: that list belongs to the numbering plan,
/// and a price for a region without numbers is harmless.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region([u8; 3]);

impl Region {
    /// The region "001" of numbers that belong to no country, such as satellite telephones.
    pub const WORLD: Region = Region(*b"001");

    /// Reads a code in either case.
    pub fn parse(input: &str) -> Result<Region, InvalidRegion> {
        match input.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Region([
                    first.to_ascii_uppercase(),
                    second.to_ascii_uppercase(),
                    0,
                ]))
            }
            b"001" => Ok(Region::WORLD),
            _ => Err(InvalidRegion),
        }
    }

    /// Returns whether there are phone numbers of this region; "XX" has none.
    pub fn has_numbers(&self) -> bool {
        *self == Region::WORLD
            || phonenumber::metadata::DATABASE
                .by_id(self.as_str())
                .is_some()
    }

    /// Returns the code, such as "SA".
    pub fn as_str(&self) -> &str {
        let letters = self.0.strip_suffix(&[0]).unwrap_or(&self.0);
        std::str::from_utf8(letters).expect("a region is ASCII by construction")
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not a region code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a region is a two-letter country code (ISO 3166-1), or 001")]
pub struct InvalidRegion;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_in_either_case_and_stored_in_upper_case() {
        for input in ["SA", "sa", "Sa"] {
            assert_eq!(Region::parse(input).map(|r| r.to_string()), Ok("SA".into()));
        }
        assert_eq!(Region::parse("001"), Ok(Region::WORLD));
        assert_eq!(Region::WORLD.as_str(), "001");
    }

    #[test]
    fn anything_else_is_refused() {
        for input in ["", "S", "SAU", "S1", "002", "S\0", "سع", " SA", "1"] {
            assert_eq!(Region::parse(input), Err(InvalidRegion), "{input:?}");
        }
    }
}
