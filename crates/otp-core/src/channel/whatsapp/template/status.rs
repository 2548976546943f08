//! What the provider says of a template, and which of it lets the template be used.

use std::borrow::Cow;

/// A template's status in the provider's own word, such as `APPROVED` or `PAUSED`. A word that nobody
/// knows here yet is kept as well: it tells an operator more than its absence, and sends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TemplateStatus(Cow<'static, str>);

/// The text is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a template's status has 1 to 40 of the characters A-Z, 0-9 and _")]
pub struct InvalidTemplateStatus;

impl TemplateStatus {
    /// It may be used.
    pub const APPROVED: Self = Self(Cow::Borrowed("APPROVED"));
    /// The provider is still reviewing it.
    pub const PENDING: Self = Self(Cow::Borrowed("PENDING"));
    /// The provider refused it.
    pub const REJECTED: Self = Self(Cow::Borrowed("REJECTED"));
    /// The provider took it out of use for hours: recipients complained.
    pub const PAUSED: Self = Self(Cow::Borrowed("PAUSED"));
    /// The provider took it out of use for good.
    pub const DISABLED: Self = Self(Cow::Borrowed("DISABLED"));
    /// The provider does not have it any more.
    pub const DELETED: Self = Self(Cow::Borrowed("DELETED"));

    /// Reads a status; case and white space around it do not matter.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplateStatus> {
        let text = text.trim();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(allowed);
        if fits {
            Ok(Self(text.to_ascii_uppercase().into()))
        } else {
            Err(InvalidTemplateStatus)
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the provider takes messages made of the template. Approval is one word in a list of
    /// templates, but several in the provider's events: a template that was flagged is approved and
    /// in danger, and one that was reinstated or unarchived is approved again. Every other word, known
    /// or not, keeps the template out of use: a message in another language is better than a refusal.
    pub fn may_send(&self) -> bool {
        matches!(
            self.as_str(),
            "APPROVED" | "FLAGGED" | "REINSTATED" | "UNARCHIVED"
        )
    }
}

impl std::fmt::Display for TemplateStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_approved_may_send() {
        for (word, expected) in [
            ("APPROVED", true),
            (" approved ", true),
            ("FLAGGED", true),
            ("REINSTATED", true),
            ("UNARCHIVED", true),
            ("PENDING", false),
            ("IN_APPEAL", false),
            ("REJECTED", false),
            ("PAUSED", false),
            ("DISABLED", false),
            ("LOCKED", false),
            ("LIMIT_EXCEEDED", false),
            ("ARCHIVED", false),
            ("PENDING_DELETION", false),
            ("DELETED", false),
            ("OF_A_LATER_VERSION", false),
        ] {
            let status = TemplateStatus::parse(word).expect(word);
            assert_eq!(status.may_send(), expected, "{word}");
        }
    }

    #[test]
    fn a_status_is_one_word() {
        for text in ["", " ", "A B", "مقبول", "A-B", &"A".repeat(41)] {
            assert_eq!(TemplateStatus::parse(text), Err(InvalidTemplateStatus));
        }
    }
}
