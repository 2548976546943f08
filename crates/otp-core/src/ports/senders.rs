//! Senders and their templates.

use async_trait::async_trait;

use crate::ids::SenderId;
use crate::ports::PortError;
use crate::sender::Sender;
use crate::template::AuthenticationTemplate;

/// Stores senders and templates.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Senders: Send + Sync {
    /// Adds a sender. `Conflict` where its account does not exist or has that number id already.
    async fn add(&self, sender: &Sender) -> Result<(), PortError>;

    /// All senders, oldest first.
    async fn list(&self) -> Result<Vec<Sender>, PortError>;

    /// Adds a template. `Conflict` where its sender does not exist or has that name in that language
    /// already.
    async fn add_template(&self, template: &AuthenticationTemplate) -> Result<(), PortError>;

    /// The templates of one sender, or of all, oldest first.
    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError>;
}
