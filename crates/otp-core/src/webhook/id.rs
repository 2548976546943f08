//! The id of a webhook.

use std::fmt;

use uuid::Uuid;

/// The maximum length of an id.
const MAX_LENGTH: usize = 64;

/// The id of a webhook: the receiver's key to recognise a repetition.
///
/// It has 1 to 64 letters, digits, `-` and `_`. It has no `.`, which separates the parts of the signed
/// text, so that no two calls have the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WebhookId(Box<str>);

/// The text is not the id of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook id has 1 to 64 letters, digits, `-` and `_`")]
pub struct InvalidWebhookId;

impl WebhookId {
    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookId> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidWebhookId)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for WebhookId {
    /// Takes the text form of an id, as the API shows it.
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_word_of_a_header_without_a_full_stop() {
        let longest = "a".repeat(64);
        for text in ["a", "msg_p5jXN8AQM9LWM0D4loKWxJek", "A-1", &longest] {
            assert_eq!(
                WebhookId::parse(text).as_ref().map(WebhookId::as_str),
                Ok(text)
            );
        }
        let too_long = "a".repeat(65);
        for text in ["", "a.b", "a b", "a\r\nb", "é", "a,b", &too_long] {
            assert_eq!(WebhookId::parse(text), Err(InvalidWebhookId), "{text:?}");
        }
    }

    #[test]
    fn an_id_of_the_api_is_one() {
        let id = WebhookId::from(Uuid::from_u128(7));
        assert_eq!(id.as_str(), "00000000-0000-0000-0000-000000000007");
        assert_eq!(WebhookId::parse(id.as_str()), Ok(id));
    }
}
