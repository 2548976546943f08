//! Authentication templates: the messages that the provider approved for passcodes.

pub mod draft;
pub mod event;
pub mod listed;
pub mod preflight;
pub mod sync;

mod lifetime;
mod status;

use std::time::Duration;

pub use lifetime::{CodeExpiry, DEFAULT_TIME_TO_LIVE, InvalidCodeExpiry, TimeToLive};
pub use status::{InvalidTemplateStatus, TemplateStatus};

use crate::channel::whatsapp::ProviderId;
use crate::ids::{SenderId, TemplateId};
use crate::language::LanguageTag;
use crate::time::Timestamp;

/// An authentication template of a sender, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationTemplate {
    /// Its id.
    pub id: TemplateId,
    /// The sender whose business account owns it.
    pub sender_id: SenderId,
    /// Its name, shared by all its languages.
    pub name: TemplateName,
    /// Its language, in the provider's spelling.
    pub language: LanguageTag,
    /// The provider's id of the template, once that is known.
    pub provider_id: Option<ProviderId>,
    /// Its status as the provider last reported it.
    pub status: TemplateStatus,
    /// The reason for that status, in the provider's words.
    pub reason: Option<String>,
    /// The start of that status, by the provider's clock; `None` if the provider never said.
    pub status_since: Option<Timestamp>,
    /// How long the provider tries to deliver a message of the template, if that is known.
    pub time_to_live: Option<TimeToLive>,
    /// How long the code in such a message is valid according to its footer, if that is known.
    pub code_expiry: Option<CodeExpiry>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl AuthenticationTemplate {
    /// Creates a template that an operator states to be approved. Any later status from the provider
    /// overrides that.
    pub fn assumed_approved(
        id: TemplateId,
        sender_id: SenderId,
        name: TemplateName,
        language: LanguageTag,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            sender_id,
            name,
            language,
            provider_id: None,
            status: TemplateStatus::APPROVED,
            reason: None,
            status_since: None,
            time_to_live: None,
            code_expiry: None,
            created_at,
        }
    }

    /// Returns how long a message of it may stay pending, if that is known and limited.
    pub fn lifetime(&self) -> Option<Duration> {
        self.time_to_live.and_then(TimeToLive::limit)
    }
}

/// The provider's name of a template: 1–512 of `a–z`, `0–9`, `_` (Cloud API, message templates).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateName(String);

/// The text is not a template name.
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

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_providers_rules() {
        assert!(TemplateName::parse("otp_code_2").is_ok());
        for text in ["", "OTP", "otp code", "otp-code", "رمز", &"a".repeat(513)] {
            assert_eq!(TemplateName::parse(text), Err(InvalidTemplateName));
        }
    }
}
