//! The provider inspector: asks the provider about the set-up of a sender.

use async_trait::async_trait;

use crate::channel::whatsapp::{AccessToken, ProviderId};
use crate::ports::{BusinessAccount, ProviderError};
use crate::time::Timestamp;

/// Asks the provider what an operator has set up there. Nothing is changed.
///
/// An adapter MUST bound each call in time and size, and MUST NOT log the token.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ProviderInspector: Send + Sync {
    /// Returns what the provider says about the token.
    async fn inspect_token(&self, token: &AccessToken) -> Result<TokenFacts, ProviderError>;

    /// Returns what the provider says about the business account.
    async fn inspect_account(
        &self,
        account: &BusinessAccount,
    ) -> Result<AccountFacts, ProviderError>;

    /// Returns the apps that get the webhooks of the business account.
    async fn list_subscribed_apps(
        &self,
        account: &BusinessAccount,
    ) -> Result<Vec<SubscribedApp>, ProviderError>;

    /// Returns the provider's time. It needs no token.
    async fn tell_time(&self) -> Result<Timestamp, ProviderError>;

    /// Returns the version of the provider's API that is called.
    fn api_version(&self) -> String;
}

/// The provider's answer about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// Whether the provider accepts it.
    pub is_valid: bool,
    /// The app it was made for.
    pub app_id: Option<ProviderId>,
    /// Its end; `None` if it has none.
    pub expires_at: Option<Timestamp>,
    /// Its permissions; empty if the provider does not name them.
    pub scopes: Vec<String>,
}

/// The provider's answer about a business account. A field is `None` if the provider leaves it out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFacts {
    /// The provider's review of the account, such as `APPROVED`.
    pub review: Option<String>,
    /// The verification of the business behind it, such as `verified`.
    pub verification: Option<String>,
}

/// An app that gets the webhooks of a business account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribedApp {
    /// The app, if the provider names it.
    pub id: Option<ProviderId>,
}
