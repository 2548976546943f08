//! Senders' health: whether they may send, as last reported.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::channel::whatsapp::health::{HealthChange, HealthChanged, SenderHealth};
use crate::ids::SenderId;
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores the health of senders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SenderHealths: Send + Sync {
    /// Returns the health of every sender for which any is stored.
    async fn list_health(&self) -> Result<Vec<SenderHealth>, PortError>;

    /// Returns at most `most` senders whose check is due, longest due first.
    async fn list_due_checks(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<SenderId>, PortError>;

    /// Replaces a sender's health with the result of [`SenderHealth::after`], and appends the entry of what an operator
    /// did, both or neither; what the provider reports has none. `Conflict` if there is no such sender.
    ///
    /// An adapter MUST prevent other changes between its read and its write: if two processes stop one
    /// sender, only one of them sees that it was not stopped before.
    async fn change_health(
        &self,
        sender: SenderId,
        change: &HealthChange,
        at: Timestamp,
        entry: Option<AuditEntry>,
    ) -> Result<HealthChanged, PortError>;
}
