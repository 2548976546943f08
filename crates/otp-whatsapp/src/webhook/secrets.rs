//! The secrets we share with Meta: the app's secret, which signs notifications, and the token of
//! the handshake.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The text cannot be one of Meta's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write one line of at most 512 printable ASCII characters without spaces")]
pub struct InvalidSecret;

/// The secret of the Meta app: wiped after use, hidden in `Debug`.
#[derive(Clone)]
pub struct AppSecret(Zeroizing<String>);

/// The token that was entered when the webhook was registered: wiped after use, hidden in `Debug`.
#[derive(Clone)]
pub struct VerifyToken(Zeroizing<String>);

impl AppSecret {
    /// Reads a secret; surrounding white space, such as a file's last newline, is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        secret(text).map(Self)
    }

    /// Starts the calculation of a signature.
    pub(super) fn signature(&self) -> Hmac<Sha256> {
        keyed(&self.0)
    }
}

impl VerifyToken {
    /// Reads a token; surrounding white space, such as a file's last newline, is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        secret(text).map(Self)
    }

    /// Returns whether `presented` is the token. It compares digests and not the texts, so that the
    /// time it takes reveals neither where the texts differ nor how long the token is.
    pub(super) fn is(&self, presented: &str) -> bool {
        let digest = |text: &str| keyed(&self.0).chain_update(text.as_bytes());
        let expected = digest(&self.0).finalize().into_bytes();
        digest(presented).verify(&expected).is_ok()
    }
}

fn secret(text: &str) -> Result<Zeroizing<String>, InvalidSecret> {
    let text = text.trim();
    let fits = (1..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| Zeroizing::new(text.to_owned()))
        .ok_or(InvalidSecret)
}

fn keyed(key: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.as_bytes()).expect("a key of HMAC may have any length")
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

impl fmt::Debug for VerifyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_of_printable_ascii() {
        assert!(AppSecret::parse(" 5ce0ff1d0f6a4d1e\n").is_ok());
        assert!(VerifyToken::parse(&"x".repeat(512)).is_ok());
        for text in ["", " \n", "a b", "a\r\nb", "سر", &"x".repeat(513)] {
            assert_eq!(AppSecret::parse(text).err(), Some(InvalidSecret), "{text}");
            assert_eq!(
                VerifyToken::parse(text).err(),
                Some(InvalidSecret),
                "{text}"
            );
        }
    }

    #[test]
    fn debug_hides_both() {
        let secret = AppSecret::parse("canary").expect("valid");
        let token = VerifyToken::parse("canary").expect("valid");
        assert_eq!(
            format!("{secret:?} {token:?}"),
            "AppSecret(…) VerifyToken(…)"
        );
    }

    #[test]
    fn only_the_token_itself_is_accepted() {
        for text in ["t", "our-token", &"x".repeat(64), &"x".repeat(65)] {
            let token = VerifyToken::parse(text).expect("valid");
            assert!(token.is(text), "{text}");
            let longer = format!("{text}\0");
            let upper = text.to_ascii_uppercase();
            for other in ["", &text[1..], &longer, &upper, "other"] {
                assert!(!token.is(other), "{text:?} {other:?}");
            }
        }
    }
}
