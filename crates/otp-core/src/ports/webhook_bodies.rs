//! The bodies of webhooks.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::webhook::WebhookEvent;

/// Writes the bodies of webhooks: what an event says, in the form in which the API shows its resource.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait WebhookBodies: Send + Sync {
    /// Returns the body of each event, in their order: JSON of less than 20 kB, with the resource as it is now.
    /// `None` if that no longer exists.
    ///
    /// A body MUST NOT contain a code. An adapter MUST use a constant number of statements for each kind of
    /// resource.
    async fn write(&self, events: &[WebhookEvent]) -> Result<Vec<Option<Vec<u8>>>, PortError>;
}
