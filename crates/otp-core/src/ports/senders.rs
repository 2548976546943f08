//! Senders: the numbers that accounts send from.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::channel::whatsapp::Sender;
use crate::ids::SenderId;
use crate::ports::PortError;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// Stores senders. Each change has its entry in the audit trail, both or neither.
///
/// A sender that was removed is found by no method here, nor are its templates and its checks by
/// [`Templates`](crate::ports::Templates) and [`SenderHealths`](crate::ports::SenderHealths), and it is in
/// no sending profile. Its row stays, because messages refer to it.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Senders: Send + Sync {
    /// Adds a sender. `Conflict` if its account does not exist or already has that number id.
    async fn add(&self, sender: &Sender, entry: &AuditEntry) -> Result<(), PortError>;

    /// Returns the sender with this id.
    async fn find(&self, id: SenderId) -> Result<Option<Sender>, PortError>;

    /// Replaces the sender's token; returns `false` if there is no such sender.
    async fn replace_token(
        &self,
        id: SenderId,
        token: &Sealed,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Removes the sender; returns `false` if there is no such sender, or no longer.
    ///
    /// An adapter MUST delete its access token and its health. It MUST keep what receipts, consent and
    /// lists of messages read: its account, its number id and its number. The account may add a sender with
    /// the same number id afterwards.
    async fn remove(
        &self,
        id: SenderId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Returns all senders, oldest first.
    async fn list(&self) -> Result<Vec<Sender>, PortError>;
}
