//! The description of an endpoint, by its owner.

/// One line of 1 to 200 characters by which an owner recognises an endpoint, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDescription(String);

/// The text is not a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a description has 1 to 200 characters on one line")]
pub struct InvalidWebhookDescription;

impl WebhookDescription {
    /// The maximum length in characters.
    pub const MAX_CHARS: usize = 200;

    /// Reads a description; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookDescription> {
        let text = text.trim();
        let fits = (1..=Self::MAX_CHARS).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidWebhookDescription)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_one_line() {
        let read = WebhookDescription::parse("  متجر أمل ");
        assert_eq!(
            read.map(|read| read.as_str().to_owned()),
            Ok("متجر أمل".to_owned())
        );
        assert!(WebhookDescription::parse(&"ض".repeat(200)).is_ok());
        for text in ["", "   ", "a\nb", "a\u{0}b", &"x".repeat(201)] {
            assert_eq!(
                WebhookDescription::parse(text),
                Err(InvalidWebhookDescription)
            );
        }
    }
}
