//! Authentication templates: what the provider approved for carrying a passcode.

use crate::ids::{SenderId, TemplateId};
use crate::language::LanguageTag;
use crate::time::Timestamp;

/// An approved authentication template of a sender, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationTemplate {
    /// Its id.
    pub id: TemplateId,
    /// The sender whose business account owns it.
    pub sender_id: SenderId,
    /// Its name, shared by all its languages.
    pub name: TemplateName,
    /// Its language, spelt as the provider does.
    pub language: LanguageTag,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The provider's name of a template: 1–512 of `a–z`, `0–9`, `_` (Cloud API, message templates).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TemplateName(String);

/// The text is no template name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a template's name has 1 to 512 of the characters a-z, 0-9 and _")]
pub struct InvalidTemplateName;

impl TemplateName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplateName> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let fits = (1..=512).contains(&text.len()) && text.bytes().all(allowed);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTemplateName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_providers() {
        assert!(TemplateName::parse("otp_code_2").is_ok());
        for text in ["", "OTP", "otp code", "otp-code", "رمز", &"a".repeat(513)] {
            assert_eq!(TemplateName::parse(text), Err(InvalidTemplateName));
        }
    }
}
