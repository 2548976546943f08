//! The status of a template, and whether a template with that status can be used.

use std::borrow::Cow;

/// A template's status in the provider's own word, such as `APPROVED` or `PAUSED`.
///
/// An unknown word is kept as well, because it helps an operator. A template with such a status is not
/// used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TemplateStatus(Cow<'static, str>);

/// The text is not a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a template's status has 1 to 40 of the characters A-Z, 0-9 and _")]
pub struct InvalidTemplateStatus;

impl TemplateStatus {
    /// The template may be used.
    pub const APPROVED: Self = Self(Cow::Borrowed("APPROVED"));
    /// The provider is still reviewing the template.
    pub const PENDING: Self = Self(Cow::Borrowed("PENDING"));
    /// The provider refused the template.
    pub const REJECTED: Self = Self(Cow::Borrowed("REJECTED"));
    /// The provider took the template out of use for hours, because recipients complained.
    pub const PAUSED: Self = Self(Cow::Borrowed("PAUSED"));
    /// The provider took the template out of use permanently.
    pub const DISABLED: Self = Self(Cow::Borrowed("DISABLED"));
    /// The provider no longer has the template.
    pub const DELETED: Self = Self(Cow::Borrowed("DELETED"));

    /// Reads a status, ignoring case and white space around it.
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

    /// Returns the word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the provider accepts messages of the template.
    ///
    /// A list of templates has one word for approval, but the provider's events have several: a flagged
    /// template is approved but in danger, and a reinstated or unarchived one is approved again. Every
    /// other word, known or not, keeps the template out of use, because a message in another language is
    /// better than a refusal.
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
    fn only_an_approved_template_may_send() {
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
