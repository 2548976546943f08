//! The texts of an order: the notes of the person, and the reason of a refusal.

/// The notes of a person who orders: 1–1000 characters, on any number of lines. They may name people, so a store
/// only sees them sealed, and `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderNotes(String);

/// The reason an order was declined: 1–200 characters on one line. The account holder reads it, also in a mail, so it
/// MUST NOT contain personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclineReason(String);

/// The text is empty or too long, or has characters that cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOrderText {
    /// The text of notes.
    #[error("notes have 1 to 1000 characters")]
    Notes,
    /// The text of a reason.
    #[error("a reason has 1 to 200 characters on one line")]
    Reason,
}

impl OrderNotes {
    /// The greatest number of characters.
    pub const MAX_LENGTH: usize = 1_000;

    /// Reads notes; surrounding white space is dropped, and each line ends as on Unix. Browsers count the end of a
    /// line as one character, and send two.
    pub fn parse(text: &str) -> Result<Self, InvalidOrderText> {
        let text = text.trim().replace("\r\n", "\n");
        let fits = (1..=Self::MAX_LENGTH).contains(&text.chars().count());
        let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if fits && !text.chars().any(hidden) {
            Ok(Self(text))
        } else {
            Err(InvalidOrderText::Notes)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for OrderNotes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrderNotes(…)")
    }
}

impl DeclineReason {
    /// Reads a reason; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidOrderText> {
        let text = text.trim();
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let fits = (1..=200).contains(&text.chars().count());
        if fits && !text.chars().any(breaks) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidOrderText::Reason)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
