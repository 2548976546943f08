//! Facts of the API, which another crate answers, for the guide.

use otp_core::ui_language::UiLanguage;

/// The facts of the API that the guide shows.
#[derive(Debug, Clone, Default)]
pub struct GuideFacts {
    /// The codes of error answers, in the order of the table.
    pub errors: Vec<GuideError>,
}

/// A code of error answers.
#[derive(Debug, Clone)]
pub struct GuideError {
    /// The code.
    pub code: &'static str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The meaning and the remedy, in English.
    pub english: String,
    /// The meaning and the remedy, in Arabic.
    pub arabic: String,
}

impl GuideError {
    /// Returns what it means and what to do.
    pub(crate) fn meaning(&self, language: UiLanguage) -> &str {
        match language {
            UiLanguage::English => &self.english,
            UiLanguage::Arabic => &self.arabic,
        }
    }
}
