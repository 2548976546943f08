//! Templates of senders, and what the provider said of them.

use async_trait::async_trait;

use crate::channel::whatsapp::ProviderId;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::ids::SenderId;
use crate::ports::PortError;

/// Stores templates. They are changed, never removed: messages refer to them.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Templates: Send + Sync {
    /// Adds a template. `Conflict` where its sender does not exist or has that name in that language
    /// already.
    async fn add_template(&self, template: &AuthenticationTemplate) -> Result<(), PortError>;

    /// The templates of one sender, or of all, oldest first.
    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError>;

    /// The templates of every sender of this business account, whosever it is, oldest first.
    async fn list_templates_of_business(
        &self,
        waba: &ProviderId,
    ) -> Result<Vec<AuthenticationTemplate>, PortError>;

    /// Writes what the provider said: the provider's id, status, reason, its time, time to live and
    /// code expiry of `after`, in place of those of `before`. An adapter MUST leave the template as it
    /// is and answer `false` where these are no longer those of `before`: somebody else was faster.
    async fn replace_template(
        &self,
        before: &AuthenticationTemplate,
        after: &AuthenticationTemplate,
    ) -> Result<bool, PortError>;
}
