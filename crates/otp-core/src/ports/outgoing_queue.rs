//! The outgoing queue: messages that wait for their hand-over.

use async_trait::async_trait;

use crate::ids::MessageId;
use crate::message::ClaimedMessage;
use crate::ports::PortError;
use crate::time::Timestamp;
use crate::turns::Room;

/// The messages whose hand-over is due and has not begun, of all accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueBacklog {
    /// Their number.
    pub due: u64,
    /// The time from which the first of them has been due; `None` if none is.
    pub due_since: Option<Timestamp>,
}

/// Holds messages until they are handed over.
///
/// [`super::SendLedger`] adds them, in the transaction that admits them. A claim marks the beginning of a
/// hand-over, so it is for good: a message that was claimed may have been sent, and only who knows that it
/// was not gives it back.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OutgoingQueue: Send + Sync {
    /// Claims messages that are due at `now` and for which there is room, those that have been due for longest
    /// first.
    ///
    /// If several processes claim at the same time, only one of them MUST get a message, and none of them
    /// waits for another's claim. A claimed message MUST NOT be returned again, not even after a crash,
    /// unless it was postponed.
    async fn claim_queued(
        &self,
        now: Timestamp,
        room: &Room,
    ) -> Result<Vec<ClaimedMessage>, PortError>;

    /// Gives a claimed message back that was certainly not handed over. It is due again at `due_at`. One
    /// that is no longer in the queue stays out of it.
    async fn postpone_queued(
        &self,
        message: MessageId,
        due_at: Timestamp,
        failed_attempts: u32,
    ) -> Result<(), PortError>;

    /// Removes a message whose outcome is recorded.
    async fn remove_queued(&self, message: MessageId) -> Result<(), PortError>;

    /// Returns how many messages are due at `now` and not claimed, and since when the first of them is.
    async fn queue_backlog(&self, now: Timestamp) -> Result<QueueBacklog, PortError>;

    /// Returns at most `most` messages that were claimed before this time, those claimed first before
    /// others.
    async fn list_abandoned(
        &self,
        claimed_before: Timestamp,
        most: usize,
    ) -> Result<Vec<ClaimedMessage>, PortError>;
}
