//! A template as the provider lists it.

use super::{CodeExpiry, DEFAULT_TIME_TO_LIVE, TemplateName, TemplateStatus, TimeToLive};
use crate::channel::whatsapp::ProviderId;
use crate::language::LanguageTag;

/// One template of a business account, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTemplate {
    /// The provider's id of it.
    pub provider_id: ProviderId,
    /// Its name.
    pub name: TemplateName,
    /// Its language.
    pub language: LanguageTag,
    /// Its status.
    pub status: TemplateStatus,
    /// Why it has that status, where the provider says so.
    pub reason: Option<String>,
    /// The provider's word for what it is for.
    pub category: String,
    /// Whether it has the button that carries a passcode.
    pub has_code_button: bool,
    /// How long a message is on its way, where the provider says so.
    pub time_to_live: Option<TimeToLive>,
    /// How long the code counts, where it has a footer.
    pub code_expiry: Option<CodeExpiry>,
}

impl ListedTemplate {
    /// Whether it is made for passcodes.
    pub fn is_authentication(&self) -> bool {
        self.category.eq_ignore_ascii_case("AUTHENTICATION")
    }

    /// Whether a message made of it could arrive after its code expired.
    pub fn outlasts_its_code(&self) -> bool {
        self.time_to_live
            .unwrap_or(DEFAULT_TIME_TO_LIVE)
            .outlasts(self.code_expiry)
    }
}
