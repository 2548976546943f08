//! The error codes as a list, for a guide.

use otp_core::ui_language::UiLanguage;

use super::code::ErrorCode;
use crate::text::TEXTS;

/// A code of error answers, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorEntry {
    /// The code, as `errorMessage` has it.
    pub code: &'static str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Explanation and remedy in English.
    pub english: String,
    /// Explanation and remedy in Arabic.
    pub arabic: String,
}

/// Returns every code, in the order in which a request is checked.
pub fn error_entries() -> Vec<ErrorEntry> {
    let entries = ErrorCode::ALL.iter().map(|code| ErrorEntry {
        code: code.as_str(),
        status: code.status().as_u16(),
        english: TEXTS.text(UiLanguage::English, code.as_str(), &[]),
        arabic: TEXTS.text(UiLanguage::Arabic, code.as_str(), &[]),
    });
    entries.collect()
}
