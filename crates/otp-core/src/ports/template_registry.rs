//! The template registry: the provider's own list of templates.

use async_trait::async_trait;

use crate::channel::whatsapp::template::TemplateStatus;
use crate::channel::whatsapp::template::draft::TemplateDraft;
use crate::channel::whatsapp::template::listed::ListedTemplate;
use crate::channel::whatsapp::{AccessToken, ProviderId};
use crate::language::LanguageTag;
use crate::ports::ProviderError;

/// Asks the provider about templates.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait TemplateRegistry: Send + Sync {
    /// All templates of the business account, of whatever category. An adapter MUST read every page,
    /// MUST bound what it reads, and MUST answer with an error rather than with a part: what is missing
    /// from the list counts as deleted. Templates whose name or language cannot be one of ours may be
    /// left out.
    async fn list(&self, account: &BusinessAccount) -> Result<Vec<ListedTemplate>, ProviderError>;

    /// Creates the template in one language. It MUST call the provider once.
    async fn create(
        &self,
        account: &BusinessAccount,
        draft: &TemplateDraft,
        language: &LanguageTag,
    ) -> Result<CreatedTemplate, ProviderError>;
}

/// A business account at the provider, and what opens it.
#[derive(Debug, Clone)]
pub struct BusinessAccount {
    /// The provider's id of it.
    pub waba_id: ProviderId,
    /// Authorises calls.
    pub access_token: AccessToken,
}

/// What the provider answers to a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTemplate {
    /// The provider's id of it.
    pub provider_id: ProviderId,
    /// Its status, which is seldom final.
    pub status: TemplateStatus,
}
