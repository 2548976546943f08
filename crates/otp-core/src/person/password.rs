//! Passwords: which ones are accepted.
//!
//! There are no rules about kinds of characters, and a password does not expire: both make people choose worse ones.
//! What counts is its length, and how many guesses it would resist. Words from the
//! person's own data, such as the name, do not count.
//!
//! Source: NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, section 6.2.

use std::cmp::Reverse;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize as _, Zeroizing};
use zxcvbn::Score;

/// The least number of characters of a password that is a person's only factor.
const LEAST_ALONE: usize = 12;

/// The least number of characters beside a second factor.
const LEAST_WITH_SECOND_FACTOR: usize = 8;

/// The greatest number of characters. Hashing reads them all.
const MOST: usize = 256;

/// Words of the product, which everybody knows.
const OWN_WORDS: [&str; 6] = [
    "otp",
    "passcode",
    "gateway",
    "whatsapp",
    "dashboard",
    "verification",
];

/// The factors by which a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factors {
    /// The password alone.
    Password,
    /// The password and a second factor.
    PasswordAndSecond,
}

impl Factors {
    /// Returns the least number of characters of the password.
    pub const fn least(self) -> usize {
        match self {
            Self::Password => LEAST_ALONE,
            Self::PasswordAndSecond => LEAST_WITH_SECOND_FACTOR,
        }
    }
}

/// A password that a person typed. Hidden in `Debug`, and erased from memory when it is dropped.
///
/// It is in Unicode's form NFKC, so the same password has the same bytes on every keyboard.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

/// The hash of a password, in the form that an adapter of [`Passwords`](crate::ports::Passwords) makes. Hidden in
/// `Debug`: who has it can try passwords without limit.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The reason a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusedPassword {
    /// It has fewer characters than this.
    #[error("it has fewer than {least} characters")]
    TooShort {
        /// The least number of characters.
        least: usize,
    },
    /// It has more characters than this.
    #[error("it has more than {most} characters")]
    TooLong {
        /// The greatest number of characters.
        most: usize,
    },
    /// A program would guess it soon: it is common, a pattern, or made of what is known of the person.
    #[error("it is easy to guess")]
    Guessable,
}

impl Password {
    /// Returns a password as it was typed, to compare it with a stored one.
    pub fn typed(mut text: String) -> Self {
        let normal = text.nfkc().collect();
        text.zeroize();
        Self(Zeroizing::new(normal))
    }

    /// Checks that a person may choose this password. `known` is data about the person: name, company, address.
    pub fn check(&self, factors: Factors, known: &[&str]) -> Result<(), RefusedPassword> {
        let length = self.0.chars().count();
        let least = factors.least();
        if length < least {
            return Err(RefusedPassword::TooShort { least });
        }
        if length > MOST {
            return Err(RefusedPassword::TooLong { most: MOST });
        }
        let estimate = zxcvbn::zxcvbn(&self.without(known), &[]);
        // From this score on, it resists 10⁸ guesses.
        if estimate.score() < Score::Three {
            return Err(RefusedPassword::Guessable);
        }
        Ok(())
    }

    /// Returns the password without the words in `known` and our own.
    fn without(&self, known: &[&str]) -> Zeroizing<String> {
        let words = known.iter().flat_map(|known| words(known));
        let words = words.chain(OWN_WORDS.map(str::to_owned));
        let mut words: Vec<_> = words.collect();
        // A word may contain another one.
        words.sort_unstable_by_key(|word| Reverse(word.len()));
        let lower = Zeroizing::new(self.0.to_lowercase());
        let rest = words.iter().fold(lower.clone(), |rest, word| {
            Zeroizing::new(rest.replace(word, ""))
        });
        // Capitals resist guesses as well, but they are gone from the rest.
        if rest == lower { self.0.clone() } else { rest }
    }

    /// Returns the password itself, to hash it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Returns the words in a text, in small letters: `sara`, `noor`, `example` and `com` in `sara.noor@example.com`.
fn words(known: &str) -> impl Iterator<Item = String> {
    let words = known.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| word.chars().count() > 2);
    words.map(|word| word.nfkc().collect::<String>().to_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [&str; 3] = ["sara.noor@acme-shop.example", "Sara Noor", "Acme Shop"];

    fn check(text: &str, factors: Factors) -> Result<(), RefusedPassword> {
        Password::typed(text.to_owned()).check(factors, &KNOWN)
    }

    #[test]
    fn length_counts_and_no_kind_of_character_is_demanded() {
        let alone = |text| check(text, Factors::Password);
        assert_eq!(alone("maroon-tulip-ferry"), Ok(()));
        assert_eq!(alone("maroontulipferryglass"), Ok(()));
        assert_eq!(alone("قطار أزرق يعبر الوادي"), Ok(()));
        assert_eq!(alone("        kettle     brook "), Ok(()));
        assert_eq!(
            alone("x7Kp2vQ9mLt"),
            Err(RefusedPassword::TooShort { least: 12 })
        );
        assert_eq!(alone("x7Kp2vQ9mLtR"), Ok(()));
        // Eleven characters of two bytes each.
        assert_eq!(
            alone("قطارأزرقيعب"),
            Err(RefusedPassword::TooShort { least: 12 })
        );
    }

    #[test]
    fn a_second_factor_allows_a_shorter_one() {
        let beside = |text| check(text, Factors::PasswordAndSecond);
        assert_eq!(
            beside("x7Kp2vQ"),
            Err(RefusedPassword::TooShort { least: 8 })
        );
        assert_eq!(beside("x7Kp2vQ9"), Err(RefusedPassword::Guessable));
        assert_eq!(beside("x7Kp2vQ9m"), Ok(()));
    }

    #[test]
    fn what_a_program_guesses_soon_is_refused() {
        for text in [
            "password1234",
            "123456789012",
            "qwertyuiop[]",
            "aaaaaaaaaaaaaaaa",
            "abcdefghijkl",
            "iloveyou2026",
            "sara.noor@acme-shop.example",
            "acme-shop-2026",
            "ACME!shop!acme!SHOP!1",
            "SaraNoor1990",
            "whatsapp-otp-gateway",
        ] {
            let checked = check(text, Factors::Password);
            assert_eq!(checked, Err(RefusedPassword::Guessable), "{text}");
        }
    }

    #[test]
    fn a_password_is_the_same_on_every_keyboard() {
        let composed = Password::typed("caf\u{e9} au lait, please".to_owned());
        let decomposed = Password::typed("cafe\u{301} au lait, please".to_owned());
        assert_eq!(composed, decomposed);
        assert_eq!(format!("{composed:?}"), "Password(…)");
    }

    #[test]
    fn the_longest_password_is_checked_as_a_whole() {
        let long = |length| {
            "marble otter sings loud "
                .chars()
                .cycle()
                .take(length)
                .collect::<String>()
        };
        assert_eq!(check(&long(256), Factors::Password), Ok(()));
        let refused = Err(RefusedPassword::TooLong { most: 256 });
        assert_eq!(check(&long(257), Factors::Password), refused);
    }

    #[test]
    fn what_is_left_without_known_words_is_enough_if_it_is_long() {
        assert_eq!(check("Sara: maroon tulip ferry", Factors::Password), Ok(()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn no_text_breaks_the_check(text in r"\PC{0,300}") {
            let length = Password::typed(text.clone()).expose().chars().count();
            let checked = check(&text, Factors::Password);
            prop_assert_eq!(length < 12, checked == Err(RefusedPassword::TooShort { least: 12 }));
            prop_assert_eq!(length > 256, checked == Err(RefusedPassword::TooLong { most: 256 }));
        }
    }
}
