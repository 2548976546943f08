//! API keys: the secret a client presents, and what a store keeps of it.
//!
//! A key is `otp_live_` or `otp_test_` + 43 characters (256 random bits in base 62) + 6 characters of checksum.
//! The prefix lets secret scanners find leaked keys; the checksum lets the gateway refuse a
//! mistyped key without a look-up. GitHub's token format does both. A store keeps only the SHA-256:
//! 256 random bits cannot be guessed, so no slow hash is needed.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::ids::{AccountId, ApiKeyId};
use crate::insights::day_of;
use crate::ports::Randomness;
use crate::time::Timestamp;

/// The world that a key belongs to, by its first characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiKeyMode {
    /// It sends messages.
    Live,
    /// Its messages go to a test inbox.
    Test,
}

impl ApiKeyMode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Live, Self::Test];

    /// Returns the first characters of its keys. A text that contains them may be a key.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Live => "otp_live_",
            Self::Test => "otp_test_",
        }
    }

    /// Returns the name that operators see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Returns the mode of a text that begins like a key.
    fn of(text: &str) -> Option<Self> {
        let begins = |mode: &Self| text.starts_with(mode.prefix());
        Self::ALL.into_iter().find(begins)
    }
}

const SECRET_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// An API key as its owner holds it: shown once, never stored, hidden in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(Zeroizing<String>);

/// The SHA-256 of a key, which is stored and looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyHash(pub [u8; 32]);

/// The text is not one of our keys: its prefix, length, alphabet or checksum is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an API key of this service")]
pub struct NotAnApiKey;

impl ApiKeySecret {
    /// Generates a key.
    pub fn generate(mode: ApiKeyMode, randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        randomness.fill(&mut *bytes);
        let secret = Zeroizing::new(base62(&bytes));
        let checksum = checksum(&secret);
        Self(Zeroizing::new(format!(
            "{}{}{checksum}",
            mode.prefix(),
            secret.as_str()
        )))
    }

    /// Reads a key that a client presented.
    pub fn parse(text: &str) -> Result<Self, NotAnApiKey> {
        let mode = ApiKeyMode::of(text).ok_or(NotAnApiKey)?;
        let rest = text.strip_prefix(mode.prefix()).ok_or(NotAnApiKey)?;
        let known = rest.len() == SECRET_LENGTH + CHECKSUM_LENGTH
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !known || checksum(&rest[..SECRET_LENGTH]) != rest[SECRET_LENGTH..] {
            return Err(NotAnApiKey);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Returns the key itself, to show it to its owner once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the hash that is stored.
    pub fn hash(&self) -> ApiKeyHash {
        ApiKeyHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Returns the first characters, by which its owner recognises it in a list.
    pub fn hint(&self) -> String {
        let secret = self.0.len() - SECRET_LENGTH - CHECKSUM_LENGTH;
        self.0.chars().take(secret + 4).collect()
    }
}

impl std::fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKeySecret(…)")
    }
}

/// Writes 32 bytes as 43 digits of base 62, most significant first.
fn base62(bytes: &[u8; 32]) -> String {
    let mut number = *bytes;
    let mut digits = [0_u8; SECRET_LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut number {
            let value = remainder * 256 + u32::from(*byte);
            *byte = (value / 62).to_le_bytes()[0];
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Returns the CRC-32 of the secret part as 6 digits of base 62.
fn checksum(secret: &str) -> String {
    let mut number = crc32fast::hash(secret.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// An API key as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// The name its owner gave it.
    pub name: String,
    /// The hash it is looked up by.
    pub hash: ApiKeyHash,
    /// Its first characters, to recognise it by.
    pub hint: String,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time from which it is refused as expired; `None` if it never expires.
    pub expires_at: Option<Timestamp>,
    /// The time of its revocation, if it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The beginning of the day, in UTC, of its last use; `None` if it was never used.
    pub last_used_on: Option<Timestamp>,
}

/// The reason a stored key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyRefusal {
    /// It was revoked: to its bearer it no longer exists.
    Revoked,
    /// It has expired.
    Expired,
}

impl ApiKey {
    /// Returns the world that it belongs to.
    pub fn mode(&self) -> ApiKeyMode {
        ApiKeyMode::of(&self.hint).unwrap_or(ApiKeyMode::Live)
    }

    /// Returns the day of a use now, unless it is known that the key was used on that day.
    pub fn unknown_day_of_use(&self, now: Timestamp) -> Option<Timestamp> {
        let today = day_of(now);
        (self.last_used_on < Some(today)).then_some(today)
    }

    /// Checks that the key is valid at `now`. Revocation is checked before expiry.
    pub fn check(&self, now: Timestamp) -> Result<(), ApiKeyRefusal> {
        if self.revoked_at.is_some() {
            return Err(ApiKeyRefusal::Revoked);
        }
        match self.expires_at {
            Some(expiry) if now >= expiry => Err(ApiKeyRefusal::Expired),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Fixed(u8);

    impl Randomness for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_generated_key_parses_back_to_the_same_hash() {
        for (byte, mode) in [0, 1, 127, 255]
            .into_iter()
            .flat_map(|byte| ApiKeyMode::ALL.map(|mode| (byte, mode)))
        {
            let key = ApiKeySecret::generate(mode, &Fixed(byte));
            assert_eq!(
                key.expose().len(),
                mode.prefix().len() + SECRET_LENGTH + CHECKSUM_LENGTH
            );
            assert!(key.hint().starts_with(mode.prefix()));
            let read = ApiKeySecret::parse(key.expose()).expect("its own text");
            assert_eq!(read.hash(), key.hash());
        }
    }

    #[test]
    fn different_randomness_gives_a_different_key() {
        assert_ne!(
            ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(1)),
            ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(2))
        );
    }

    #[test]
    fn a_mistyped_key_is_refused_without_a_look_up() {
        let key = ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(7));
        for position in 0..key.expose().len() {
            let mut typo = key.expose().as_bytes().to_vec();
            typo[position] = if typo[position] == b'x' { b'y' } else { b'x' };
            let typo = String::from_utf8(typo).expect("ASCII");
            assert_eq!(
                ApiKeySecret::parse(&typo),
                Err(NotAnApiKey),
                "position {position}"
            );
        }
        for text in ["", "otp_live_", "sk_live_1234", "otp_live_ضضض"] {
            assert_eq!(ApiKeySecret::parse(text), Err(NotAnApiKey));
        }
    }

    #[test]
    fn a_key_expires_at_its_expiry_and_revocation_is_checked_first() {
        let now = Timestamp::from_unix_millis(1_000);
        let mut key = ApiKey {
            id: ApiKeyId(uuid::Uuid::nil()),
            account_id: AccountId(uuid::Uuid::nil()),
            name: "shop".to_owned(),
            hash: ApiKeyHash([0; 32]),
            hint: String::new(),
            created_at: Timestamp::from_unix_millis(0),
            expires_at: Some(Timestamp::from_unix_millis(1_001)),
            revoked_at: None,
            last_used_on: None,
        };
        assert_eq!(key.check(now), Ok(()));
        key.expires_at = Some(now);
        assert_eq!(key.check(now), Err(ApiKeyRefusal::Expired));
        key.revoked_at = Some(now);
        assert_eq!(key.check(now), Err(ApiKeyRefusal::Revoked));
    }

    #[test]
    fn a_use_is_unknown_until_its_day_is_kept() {
        let noon = Timestamp::parse("2026-12-01T12:00:00.000Z").expect("a time");
        let today = Timestamp::parse("2026-12-01T00:00:00.000Z").expect("a time");
        let tomorrow = noon + Duration::from_secs(12 * 60 * 60);
        let key = |last_used_on| ApiKey {
            id: ApiKeyId(uuid::Uuid::nil()),
            account_id: AccountId(uuid::Uuid::nil()),
            name: String::new(),
            hash: ApiKeyHash([0; 32]),
            hint: String::new(),
            created_at: today,
            expires_at: None,
            revoked_at: None,
            last_used_on,
        };
        assert_eq!(key(None).unknown_day_of_use(noon), Some(today));
        let used = key(Some(today));
        assert_eq!(used.unknown_day_of_use(noon), None);
        assert_eq!(used.unknown_day_of_use(tomorrow), Some(tomorrow));
    }

    #[test]
    fn debug_hides_the_secret() {
        let key = ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(9));
        assert!(!format!("{key:?}").contains(&key.expose()[9..]));
    }
}
