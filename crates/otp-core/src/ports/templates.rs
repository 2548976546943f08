//! Templates of senders, and their status at the provider.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::channel::whatsapp::ProviderId;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::ids::SenderId;
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores templates. They are changed but never removed, because messages refer to them.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Templates: Send + Sync {
    /// Adds a template with its entry in the audit trail, both or neither. `Conflict` if its sender does not exist or
    /// already has that name in that language.
    async fn add_template(
        &self,
        template: &AuthenticationTemplate,
        entry: &AuditEntry,
    ) -> Result<(), PortError>;

    /// Returns the templates of one sender, or of all senders, oldest first.
    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError>;

    /// Returns the templates of all senders of this business account, of any account, oldest first.
    async fn list_templates_of_business(
        &self,
        waba: &ProviderId,
    ) -> Result<Vec<AuthenticationTemplate>, PortError>;

    /// Replaces the values that come from the provider: its id, the status with reason and time, the time
    /// to live and the code expiry. `at` is the time of the change.
    ///
    /// An adapter MUST leave the template as it is and return `false` if these values are no longer those
    /// of `before`, because another process changed it first.
    async fn replace_template(
        &self,
        before: &AuthenticationTemplate,
        after: &AuthenticationTemplate,
        at: Timestamp,
    ) -> Result<bool, PortError>;
}
