//! Values: what words are written around.

use otp_core::recipient::Recipient;
use otp_core::ui_language::UiLanguage;
use otp_texts::{Argument, bidi, grouped};

use crate::words::WORDS;

/// Written in place of what is erased.
pub(crate) const ERASED: &str = "–";

/// Returns a recipient, masked, or what stands for one that was erased.
pub(crate) fn masked(recipient: Option<&Recipient>) -> String {
    recipient.map_or_else(|| ERASED.to_owned(), Recipient::masked)
}

/// A value inside a sentence. Each keeps its own writing direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A number. The sentence chooses its plural form by it.
    Number(u64),
    /// A phone number, an id or a time: written from left to right, and never broken.
    Code(&'a str),
    /// A text of any language and length, such as a name that a person typed.
    Name(&'a str),
}

impl Value<'_> {
    /// Returns a number of things.
    pub(crate) fn count(count: usize) -> Self {
        Self::Number(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Writes the value alone, isolated.
    pub(crate) fn isolated(self) -> String {
        match self {
            Self::Number(number) => bidi::left_to_right(&grouped(number)),
            Self::Code(code) => bidi::left_to_right(code),
            Self::Name(name) => bidi::first_strong(name),
        }
    }
}

/// Returns the words of a key around values, each isolated.
pub(crate) fn sentence(language: UiLanguage, key: &str, values: &[(&str, Value<'_>)]) -> String {
    let isolated: Vec<_> = values.iter().map(|(_, value)| value.isolated()).collect();
    let arguments = values.iter().zip(&isolated);
    let arguments: Vec<_> = arguments
        .map(|((name, value), text)| match value {
            Value::Number(number) => (*name, Argument::Number(*number)),
            Value::Code(_) | Value::Name(_) => (*name, Argument::Text(text)),
        })
        .collect();
    WORDS.text_with(language, key, &arguments)
}
