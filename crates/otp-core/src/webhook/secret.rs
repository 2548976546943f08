//! The secret of an endpoint, and the pair of secrets during a rotation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::ports::Randomness;

/// The start of a secret's text form. Secrets of Stripe have the same, but are not base64.
const PREFIX: &str = "whsec_";

/// The bounds of a secret's length in bytes, in Standard Webhooks.
const MIN_SECRET: usize = 24;
pub(super) const MAX_SECRET: usize = 64;

/// The number of bytes of a generated secret: as many as HMAC-SHA-256 puts out.
const GENERATED: usize = 32;

/// The maximum length of a text form: 64 bytes in base64.
const MAX_TEXT: usize = PREFIX.len() + 88;

/// The secret that signs the calls to one endpoint: 24 to 64 bytes.
///
/// It is in memory only, is wiped after use, and is hidden in `Debug`.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

/// The text is not a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and 24 to 64 bytes in base64")]
pub struct InvalidWebhookSecret;

impl WebhookSecret {
    /// Generates a secret of 32 bytes.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new(vec![0; GENERATED]);
        randomness.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads the text form: `whsec_` and base64 with its padding.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookSecret> {
        if text.len() > MAX_TEXT {
            return Err(InvalidWebhookSecret);
        }
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidWebhookSecret)?;
        let bytes = STANDARD.decode(encoded).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| InvalidWebhookSecret)?;
        if (MIN_SECRET..=MAX_SECRET).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(InvalidWebhookSecret)
        }
    }

    /// Returns the text form, for sealing and for the one time that it is shown.
    pub fn to_text(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(STANDARD.encode(&*self.0));
        Zeroizing::new(format!("{PREFIX}{}", *encoded))
    }

    /// Returns the bytes, which are the key of the signature.
    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// The secrets that sign a call: one, or during a rotation two.
#[derive(Debug, Clone)]
pub struct WebhookSecrets {
    /// The secret in use.
    pub current: WebhookSecret,
    /// The secret before it, until receivers have had time to replace it.
    pub previous: Option<WebhookSecret>,
}

impl WebhookSecrets {
    /// Returns the secrets, the current one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &WebhookSecret> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl From<WebhookSecret> for WebhookSecrets {
    fn from(current: WebhookSecret) -> Self {
        Self {
            current,
            previous: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockRandomness;

    fn secret_of(length: usize) -> String {
        format!("{PREFIX}{}", STANDARD.encode(vec![0xfb; length]))
    }

    #[test]
    fn a_generated_secret_is_random_and_can_be_read_again() {
        let mut randomness = MockRandomness::new();
        let mut first = 0;
        randomness.expect_fill().times(2).returning(move |bytes| {
            first += 1;
            bytes.iter_mut().zip(first..).for_each(|(b, n)| *b = n);
        });
        let secret = WebhookSecret::generate(&randomness);
        let text = secret.to_text();
        assert_eq!(*text, "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=");
        let read = WebhookSecret::parse(&text).expect("its own text");
        assert_eq!(read.expose(), secret.expose());
        assert_ne!(*WebhookSecret::generate(&randomness).to_text(), *text);
    }

    #[test]
    fn a_secret_has_24_to_64_bytes() {
        for (length, valid) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
            let read = WebhookSecret::parse(&secret_of(length));
            assert_eq!(read.is_ok(), valid, "{length} bytes");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let valid = secret_of(25);
        assert!(WebhookSecret::parse(&valid).is_ok());
        for text in [
            "",
            "whsec_",
            valid.trim_start_matches(PREFIX),
            valid.trim_end_matches('='),
            &valid.replace("whsec_", "whsk_"),
            &valid.replace("whsec_", "WHSEC_"),
            // The alphabet of URLs, which the receivers' libraries do not read.
            &valid.replace('+', "-").replace('/', "_"),
            &format!(" {valid}"),
            &format!("{valid}\n"),
            &"x".repeat(1_000_000),
        ] {
            assert!(WebhookSecret::parse(text).is_err(), "{text:.80}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let secret = WebhookSecret::parse(&secret_of(24)).expect("valid");
        let secrets = WebhookSecrets {
            previous: Some(secret.clone()),
            current: secret,
        };
        let shown = format!("{secrets:?}");
        assert!(!shown.contains("251") && !shown.contains("fb") && !shown.contains("+/v7"));
        assert!(shown.contains("WebhookSecret(…)"));
    }
}
