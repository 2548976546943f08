//! The code: made by a CSPRNG without bias, kept as a keyed hash, read from what a person types.

use std::ops::RangeInclusive;
use std::time::Duration;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

use crate::passcode::Passcode;
use crate::ports::Randomness;

/// The digits of generated codes.
const DIGITS: &[u8] = b"0123456789";

/// Capital letters and digits that no font lets look alike: without `0 O 1 I L 5 S 2 Z 8 B U V`.
const UNAMBIGUOUS: &[u8] = b"34679ACDEFGHJKMNPQRTWXY";

/// The alphabet of a code, which decides how a guess is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// Generated from ten digits.
    Numeric,
    /// Generated from capital letters and digits that do not look alike. A guess may be in lower case.
    Alphanumeric,
    /// Supplied by the caller. Its case matters.
    Supplied,
}

impl Alphabet {
    /// All alphabets.
    pub const ALL: [Self; 3] = [Self::Numeric, Self::Alphanumeric, Self::Supplied];

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        match self {
            Self::Numeric => 0,
            Self::Alphanumeric => 1,
            Self::Supplied => 2,
        }
    }

    /// Returns the alphabet of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|alphabet| alphabet.code() == code)
    }

    const fn characters(self) -> &'static [u8] {
        match self {
            Self::Numeric => DIGITS,
            Self::Alphanumeric | Self::Supplied => UNAMBIGUOUS,
        }
    }
}

/// The number of characters of a code: 4 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeLength(u8);

/// The number of characters is not one a code may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCodeLength {
    /// Less than 4 or more than 8.
    #[error("not between 4 and 8")]
    OutOfRange,
    /// 4 or 5, which the installation does not allow: five guesses at four digits succeed once in 2,000.
    #[error("under 6, which `verification.allow_short_codes` would have to allow")]
    TooShortHere,
}

impl CodeLength {
    /// Six characters.
    pub const DEFAULT: Self = Self(6);

    /// Returns the lengths that [`Self::try_new`] accepts.
    pub const fn range(allow_short: bool) -> RangeInclusive<u64> {
        if allow_short { 4..=8 } else { 6..=8 }
    }

    /// Accepts 4 to 8, or 6 to 8 unless short codes are allowed.
    pub fn try_new(length: u64, allow_short: bool) -> Result<Self, InvalidCodeLength> {
        match u8::try_from(length) {
            Ok(4 | 5) if !allow_short => Err(InvalidCodeLength::TooShortHere),
            Ok(length @ 4..=8) => Ok(Self(length)),
            Ok(_) | Err(_) => Err(InvalidCodeLength::OutOfRange),
        }
    }

    /// Reads a stored length.
    pub fn restore(length: i16) -> Option<Self> {
        let length = u8::try_from(length).ok()?;
        (4..=8).contains(&length).then_some(Self(length))
    }

    /// Returns the number.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// How long a code is valid: 30 seconds to 10 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeLifetime(Duration);

/// The number of seconds is not one a code may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not between 30 and 600 seconds")]
pub struct InvalidLifetime;

impl CodeLifetime {
    /// Five minutes.
    pub const DEFAULT: Self = Self(Duration::from_secs(300));

    /// Ten minutes, the longest.
    pub const LONGEST: Self = Self(Duration::from_secs(600));

    /// The shortest and the longest, in seconds.
    pub const SECONDS: RangeInclusive<u64> = 30..=600;

    /// Accepts 30 to 600 seconds.
    pub fn try_new(seconds: u64) -> Result<Self, InvalidLifetime> {
        if Self::SECONDS.contains(&seconds) {
            Ok(Self(Duration::from_secs(seconds)))
        } else {
            Err(InvalidLifetime)
        }
    }

    /// Returns the duration.
    pub fn get(self) -> Duration {
        self.0
    }
}

/// The codes that the operator allows, and the default lifetime.
#[derive(Debug, Clone, Copy)]
pub struct VerificationPolicy {
    /// Whether codes may have 4 or 5 characters.
    pub allow_short_codes: bool,
    /// The lifetime of a code if the request names none.
    pub lifetime: CodeLifetime,
}

impl Default for VerificationPolicy {
    fn default() -> Self {
        Self {
            allow_short_codes: false,
            lifetime: CodeLifetime::DEFAULT,
        }
    }
}

/// Makes a code. Every code of this length is equally likely: a byte that would favour some
/// characters is drawn again.
pub fn generate(length: CodeLength, alphabet: Alphabet, randomness: &dyn Randomness) -> Passcode {
    let characters = alphabet.characters();
    let fair = 256 - 256 % characters.len();
    let mut code = String::with_capacity(usize::from(length.get()));
    let mut bytes = [0; 16];
    while code.len() < usize::from(length.get()) {
        randomness.fill(&mut bytes);
        let drawn = bytes.iter().map(|byte| usize::from(*byte));
        let missing = usize::from(length.get()) - code.len();
        let chosen = drawn
            .filter(|byte| *byte < fair)
            .map(|byte| char::from(characters[byte % characters.len()]));
        code.extend(chosen.take(missing));
    }
    bytes.zeroize();
    let passcode = Passcode::parse(Some(&code)).expect("4 to 8 letters and digits");
    code.zeroize();
    passcode
}

/// A code that the caller brings and the service checks: 4 to 8 letters or digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCode(Passcode);

/// The caller's code is not 4 to 8 letters or digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 4 to 8 of A–Z, a–z and 0–9")]
pub struct InvalidOwnCode;

impl OwnCode {
    /// Reads a code of 4 to 8 letters or digits.
    pub fn parse(text: &str) -> Result<Self, InvalidOwnCode> {
        let passcode = Passcode::parse(Some(text)).map_err(|_| InvalidOwnCode)?;
        if text.len() < 4 {
            return Err(InvalidOwnCode);
        }
        Ok(Self(passcode))
    }

    /// Returns the code.
    pub fn passcode(&self) -> &Passcode {
        &self.0
    }

    /// Returns its number of characters.
    pub fn length(&self) -> CodeLength {
        let length = i16::try_from(self.0.expose().len()).ok();
        length
            .and_then(CodeLength::restore)
            .expect("checked by parse")
    }
}

/// HMAC-SHA-256 of a code under the account's key, bound to its verification.
#[derive(Clone, Copy)]
pub struct CodeHash(pub [u8; 32]);

impl PartialEq for CodeHash {
    /// Takes the same time whether the hashes are equal or not.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for CodeHash {}

impl std::fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

/// A guess: the text that a person typed, read as a code.
#[derive(Clone, PartialEq, Eq)]
pub struct Guess(Box<str>);

impl Guess {
    /// The longest text that is read. A code has 8 characters; spaces and hyphens come on top.
    pub const MAX_CHARACTERS: usize = 64;

    /// Reads ٠–٩ and ۰–۹ as digits and leaves out spaces and hyphens. `None` if nothing remains.
    ///
    /// A text that cannot be a code is a guess as well, and a wrong one. One that is longer than
    /// [`Self::MAX_CHARACTERS`] is cut.
    pub fn parse(text: &str) -> Option<Self> {
        let read: String = text
            .chars()
            .take(Self::MAX_CHARACTERS)
            .filter(|character| !is_filler(*character))
            .map(ascii_digit)
            .collect();
        (!read.is_empty()).then(|| Self(read.into()))
    }

    /// Returns the text to compare with codes of this alphabet.
    pub fn read_as(&self, alphabet: Alphabet) -> String {
        match alphabet {
            Alphabet::Numeric | Alphabet::Supplied => self.0.clone().into(),
            Alphabet::Alphanumeric => self.0.to_ascii_uppercase(),
        }
    }
}

impl std::fmt::Debug for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guess(…)")
    }
}

impl Drop for Guess {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Returns whether people type the character only to group others. Keyboards and messengers add the
/// invisible ones around numbers in right-to-left text.
fn is_filler(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Returns the ASCII digit of an Arabic-Indic or Persian one, and every other character itself.
pub fn ascii_digit(character: char) -> char {
    let zero = match character {
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06f0}'..='\u{06f9}' => 0x06f0,
        _ => return character,
    };
    let value = u32::from(character) - zero;
    char::from_digit(value, 10).unwrap_or(character)
}

#[cfg(test)]
mod tests;
