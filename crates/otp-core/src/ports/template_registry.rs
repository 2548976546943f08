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
    /// Returns all templates of the business account, of any category.
    ///
    /// An adapter MUST read every page, MUST bound what it reads, and MUST return an error instead of a
    /// partial list, because a template that is missing from the list counts as deleted. Templates with a
    /// name or language that is not valid here may be left out.
    async fn list(&self, account: &BusinessAccount) -> Result<Vec<ListedTemplate>, ProviderError>;

    /// Creates the template in one language. An adapter MUST call the provider once.
    async fn create(
        &self,
        account: &BusinessAccount,
        draft: &TemplateDraft,
        language: &LanguageTag,
    ) -> Result<CreatedTemplate, ProviderError>;
}

/// A business account at the provider, and its access token.
#[derive(Debug, Clone)]
pub struct BusinessAccount {
    /// The provider's id of the business account.
    pub waba_id: ProviderId,
    /// The token that authorises calls.
    pub access_token: AccessToken,
}

/// The provider's answer to the creation of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTemplate {
    /// The provider's id of the template.
    pub provider_id: ProviderId,
    /// Its status, which is rarely final.
    pub status: TemplateStatus,
}
