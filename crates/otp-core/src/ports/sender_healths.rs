//! Senders' health: whether they may send, as last found out.

use async_trait::async_trait;

use crate::channel::whatsapp::health::{HealthChange, HealthChanged, SenderHealth};
use crate::ids::SenderId;
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores what is known of senders' health.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SenderHealths: Send + Sync {
    /// What is known of every sender that anybody ever asked about.
    async fn list_health(&self) -> Result<Vec<SenderHealth>, PortError>;

    /// The senders whose look is due, those due longest first.
    async fn list_due_checks(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<SenderId>, PortError>;

    /// Changes what is known of a sender to what [`SenderHealth::after`] makes of it. An adapter MUST
    /// keep others from changing it between reading and writing: of two processes that stop one sender,
    /// one is told that it was well before. `Conflict` where there is no such sender.
    async fn change_health(
        &self,
        sender: SenderId,
        change: &HealthChange,
        at: Timestamp,
    ) -> Result<HealthChanged, PortError>;
}
