//! Senders: WhatsApp numbers of accounts.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::sender::Sender;

/// Stores senders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Senders: Send + Sync {
    /// Adds a sender. `Conflict` where its account does not exist or has that number id already.
    async fn add(&self, sender: &Sender) -> Result<(), PortError>;

    /// All senders, oldest first.
    async fn list(&self) -> Result<Vec<Sender>, PortError>;
}
