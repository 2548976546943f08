//! The provider's access token.

use zeroize::Zeroizing;

/// The provider's access token in the clear.
///
/// It is in memory only, is wiped after use, and is hidden in `Debug`.
#[derive(Clone)]
pub struct AccessToken(Zeroizing<String>);

/// The text is not an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an access token is one line of printable ASCII without spaces")]
pub struct InvalidAccessToken;

impl AccessToken {
    /// Reads a token. White space around it, such as a file's last newline, is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidAccessToken> {
        let text = text.trim();
        let fits = (1..=4_096).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidAccessToken)
        }
    }

    /// Returns the token, for the adapter that calls the provider and for sealing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_cannot_contain_a_second_header() {
        assert_eq!(
            AccessToken::parse("EAAG\n")
                .map(|t| t.expose().to_owned())
                .ok(),
            Some("EAAG".to_owned())
        );
        for text in ["", " ", "a b", "a\r\nX: y", "ä"] {
            assert!(AccessToken::parse(text).is_err(), "{text:?}");
        }
    }
}
