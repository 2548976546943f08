//! Senders: the numbers that accounts send from.

use async_trait::async_trait;

use crate::channel::whatsapp::Sender;
use crate::ids::SenderId;
use crate::ports::PortError;
use crate::sealing::Sealed;

/// Stores senders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Senders: Send + Sync {
    /// Adds a sender. `Conflict` if its account does not exist or already has that number id.
    async fn add(&self, sender: &Sender) -> Result<(), PortError>;

    /// Returns the sender with this id.
    async fn find(&self, id: SenderId) -> Result<Option<Sender>, PortError>;

    /// Replaces the sender's token; returns `false` if there is no such sender.
    async fn replace_token(&self, id: SenderId, token: &Sealed) -> Result<bool, PortError>;

    /// Returns all senders, oldest first.
    async fn list(&self) -> Result<Vec<Sender>, PortError>;
}
