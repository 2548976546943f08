//! Senders: WhatsApp numbers of accounts.

use async_trait::async_trait;

use crate::channel::whatsapp::Sender;
use crate::ids::SenderId;
use crate::ports::PortError;
use crate::sealing::Sealed;

/// Stores senders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Senders: Send + Sync {
    /// Adds a sender. `Conflict` where its account does not exist or has that number id already.
    async fn add(&self, sender: &Sender) -> Result<(), PortError>;

    /// The sender with this id.
    async fn find(&self, id: SenderId) -> Result<Option<Sender>, PortError>;

    /// Replaces the sender's token; whether there is such a sender.
    async fn replace_token(&self, id: SenderId, token: &Sealed) -> Result<bool, PortError>;

    /// All senders, oldest first.
    async fn list(&self) -> Result<Vec<Sender>, PortError>;
}
