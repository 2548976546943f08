//! Second factors: codes of an authenticator app, and recovery codes for whoever has lost it.
//!
//! Source: RFC 6238 (TOTP): six digits, a new code every 30 seconds, SHA-1, which is all that common apps read; a code
//! is accepted once. OWASP ASVS 5.0, section 6.5.

use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::ids::{PersonId, SessionId};
use crate::ports::Randomness;
use crate::recipient::EmailAddress;
use crate::sealing::Sealed;
use crate::time::Timestamp;
use crate::verification::ascii_digit;

/// The bytes of a secret (RFC 4226, section 4).
const SECRET: usize = 20;

/// The number of recovery codes.
pub const RECOVERY_CODES: usize = 10;

/// The characters of a recovery code: 120 bits, so a fast hash is enough (OWASP ASVS 5.0, 6.5.2).
const RECOVERY_LENGTH: usize = 24;

/// The characters of a group, for people.
const RECOVERY_GROUP: usize = 6;

/// Digits and letters without those that are taken for one another. There are 32, so each of 5 random bits is one.
const RECOVERY_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The second factor of a person, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The person.
    pub person_id: PersonId,
    /// The session in which the secret was made. No other may show or confirm it: whoever planted it would have all
    /// codes.
    pub session_id: SessionId,
    /// The secret that the app has too, sealed.
    pub secret: Sealed,
    /// The time the person entered a first code; `None` until then: nobody is asked for it.
    pub confirmed_at: Option<Timestamp>,
    /// The step of the last accepted code: earlier ones and this one are used.
    pub last_step: i64,
}

impl SecondFactor {
    /// Returns whether it is asked for.
    pub fn is_on(&self) -> bool {
        self.confirmed_at.is_some()
    }
}

/// The secret that the gateway shares with a person's app: 160 random bits. Hidden in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<[u8; SECRET]>);

/// The text is not the secret of a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the secret of a second factor")]
pub struct NotATotpSecret;

impl TotpSecret {
    /// Generates a secret.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET]);
        randomness.fill(&mut *bytes);
        Self(bytes)
    }

    /// Reads what [`to_base32`](Self::to_base32) wrote.
    pub fn parse(text: &str) -> Result<Self, NotATotpSecret> {
        let secret = Secret::try_from_base32(text).map_err(|_| NotATotpSecret)?;
        let bytes = secret.as_bytes().try_into().map_err(|_| NotATotpSecret)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Returns the secret in base32, as people type it into an app: 32 characters.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// Returns the URL that an app reads in a QR code. The app shows `issuer` and the address beside its codes.
    ///
    /// Source: the key URI format of Google Authenticator. It forbids colons in both names.
    pub fn to_url(&self, issuer: &str, address: &EmailAddress) -> Zeroizing<String> {
        let plain = |text: &str| text.replace(':', " ");
        let named = Builder::new()
            .with_secret(Secret::new_stack(*self.0))
            .with_account_name(plain(address.as_str()))
            .with_issuer(Some(plain(issuer)));
        Zeroizing::new(named.build_noncompliant().to_url().unwrap_or_default())
    }

    /// Returns the step of the code that was typed; `None` if it is wrong. The codes before and after the present one
    /// are right too, because clocks differ.
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let digits: String = typed
            .chars()
            .map(ascii_digit)
            .filter(|character| !character.is_whitespace())
            .collect();
        let seconds = u64::try_from(now.unix_millis() / 1_000).ok()?;
        let step = self.totp().check(&digits, seconds)?;
        i64::try_from(step).ok()
    }

    fn totp(&self) -> Totp {
        let builder = Builder::new().with_secret(Secret::new_stack(*self.0));
        builder.build_noncompliant()
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// A code that replaces the app once. Hidden in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<String>);

/// The keyed hash of a recovery code, which is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecoveryHash(pub [u8; 32]);

impl RecoveryCode {
    /// Generates a code.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; RECOVERY_LENGTH]);
        randomness.fill(&mut *bytes);
        let characters = bytes.iter().map(|byte| {
            let place = usize::from(byte % 32);
            char::from(RECOVERY_ALPHABET[place])
        });
        Self(Zeroizing::new(characters.collect()))
    }

    /// Reads a typed code, in either case, with or without spaces and hyphens; `None` if it has not the form of one.
    pub fn parse(typed: &str) -> Option<Self> {
        let plain = typed
            .chars()
            .filter(|character| !character.is_whitespace() && *character != '-')
            .take(RECOVERY_LENGTH + 1);
        let plain: Zeroizing<String> =
            Zeroizing::new(plain.collect::<String>().to_ascii_uppercase());
        let fits = plain.len() == RECOVERY_LENGTH
            && plain.bytes().all(|byte| RECOVERY_ALPHABET.contains(&byte));
        fits.then_some(Self(plain))
    }

    /// Returns the code without separators, to hash it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the code as people read it: four groups of six characters.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut grouped = String::with_capacity(RECOVERY_LENGTH + RECOVERY_LENGTH / RECOVERY_GROUP);
        for (place, character) in self.0.chars().enumerate() {
            if place > 0 && place.is_multiple_of(RECOVERY_GROUP) {
                grouped.push('-');
            }
            grouped.push(character);
        }
        Zeroizing::new(grouped)
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Fixed(u8);

    impl Randomness for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            for (place, byte) in bytes.iter_mut().enumerate() {
                *byte = self.0.wrapping_add(u8::try_from(place).unwrap_or_default());
            }
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(seconds * 1_000)
    }

    /// The secret of RFC 6238, appendix B.
    fn of_rfc() -> TotpSecret {
        TotpSecret(Zeroizing::new(*b"12345678901234567890"))
    }

    /// The vectors of RFC 6238, appendix B, have eight digits; an app shows the last six.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = of_rfc().step_of(code, at(seconds));
            assert_eq!(step, Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_right_one_step_before_and_after_its_own() {
        let (code, step) = ("005924", 1_234_567_890 / 30);
        for (seconds, expected) in [
            (1_234_567_890 - 61, None),
            (1_234_567_890 - 30, Some(step)),
            (1_234_567_890 + 30, Some(step)),
            (1_234_567_890 + 60, None),
        ] {
            assert_eq!(of_rfc().step_of(code, at(seconds)), expected, "{seconds}");
        }
        let now = at(1_234_567_890);
        for typed in ["٠٠٥٩٢٤", " 005 924 "] {
            assert_eq!(of_rfc().step_of(typed, now), Some(step), "{typed}");
        }
        for typed in ["", "5924", "005925", "0059240", "00592x", "۰۰۵۹۲۵"] {
            assert_eq!(of_rfc().step_of(typed, now), None, "{typed}");
        }
    }

    #[test]
    fn a_secret_is_read_as_it_is_written_and_hidden_in_logs() {
        let secret = TotpSecret::generate(&Fixed(3));
        let text = secret.to_base32();
        assert_eq!(text.len(), 32);
        assert_eq!(TotpSecret::parse(&text), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
        for other in ["", "A", &text[1..], "!!!!"] {
            assert_eq!(TotpSecret::parse(other), Err(NotATotpSecret), "{other}");
        }
    }

    #[test]
    fn an_app_reads_the_secret_with_its_names() {
        let address = EmailAddress::parse("sara+otp@noor.example").expect("an address");
        let url = of_rfc().to_url("Noor: codes & more", &address);
        assert!(url.starts_with("otpauth://totp/Noor"), "{}", *url);
        assert!(
            url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            *url
        );
        let parsed = url::Url::parse(&url).expect("a URL");
        let issuer = parsed.query_pairs().find(|(name, _)| name == "issuer");
        assert_eq!(issuer.expect("an issuer").1, "Noor  codes & more");
    }

    #[test]
    fn a_recovery_code_is_read_as_people_type_it() {
        let code = RecoveryCode::generate(&Fixed(0));
        assert_eq!(code.expose(), "23456789ABCDEFGHJKLMNPQR");
        assert_eq!(*code.grouped(), "234567-89ABCD-EFGHJK-LMNPQR");
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
        for typed in [
            "23456789ABCDEFGHJKLMNPQR",
            "234567-89abcd-efghjk-lmnpqr",
            " 2345 6789 abcd efgh jklm npqr ",
        ] {
            assert_eq!(RecoveryCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in [
            "",
            "23456789ABCDEFGHJKLMNPQ",
            "23456789ABCDEFGHJKLMNPQRS",
            "23456789ABCDEFGHJKLMNPQ0",
            "23456789ABCDEFGHJKLMNPQ٢",
        ] {
            assert_eq!(RecoveryCode::parse(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(typed in r"\PC{0,80}") {
            let now = at(1_234_567_890);
            prop_assert_eq!(of_rfc().step_of(&typed, now).is_some(), typed.trim() == "005924");
            if let Some(code) = RecoveryCode::parse(&typed) {
                prop_assert_eq!(code.expose().len(), RECOVERY_LENGTH);
            }
        }
    }
}
