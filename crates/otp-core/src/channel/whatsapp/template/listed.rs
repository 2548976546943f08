//! A template as the provider lists it.

use super::{CodeExpiry, DEFAULT_TIME_TO_LIVE, TemplateName, TemplateStatus, TimeToLive};
use crate::channel::whatsapp::ProviderId;
use crate::language::LanguageTag;

/// One template of a business account, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTemplate {
    /// The provider's id of the template.
    pub provider_id: ProviderId,
    /// Its name.
    pub name: TemplateName,
    /// Its language.
    pub language: LanguageTag,
    /// Its status.
    pub status: TemplateStatus,
    /// The reason for that status, if the provider gives one.
    pub reason: Option<String>,
    /// The provider's word for its category.
    pub category: String,
    /// Whether it has the button that carries a passcode.
    pub has_code_button: bool,
    /// The time to live of a message, if the provider states it.
    pub time_to_live: Option<TimeToLive>,
    /// How long the code is valid, if the template has a footer.
    pub code_expiry: Option<CodeExpiry>,
}

impl ListedTemplate {
    /// Returns whether it is made for passcodes.
    pub fn is_authentication(&self) -> bool {
        self.category.eq_ignore_ascii_case("AUTHENTICATION")
    }

    /// Returns whether a message of it could arrive after its code has expired.
    pub fn outlasts_its_code(&self) -> bool {
        self.time_to_live
            .unwrap_or(DEFAULT_TIME_TO_LIVE)
            .outlasts(self.code_expiry)
    }
}
