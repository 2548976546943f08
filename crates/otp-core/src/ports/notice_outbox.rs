//! The outbox: notices that wait to be mailed.

use async_trait::async_trait;

use crate::lease::Lease;
use crate::notice::{MailNotice, NoticeOutcome, QueuedNotice};
use crate::ports::PortError;
use crate::time::Timestamp;

/// At most this many notices of one account wait; beyond that, new ones are dropped.
///
/// An account holder with that many unread notices learns nothing from one more. The bound prevents a
/// long outage of the mail server from filling the disk.
pub const MAX_WAITING_NOTICES: usize = 200;

/// The notices that wait, of all accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxBacklog {
    /// How many there are.
    pub waiting: u64,
    /// When the oldest of them was added; `None` if none waits.
    pub oldest: Option<Timestamp>,
}

/// Stores notices until a mail server has accepted them.
///
/// Notices about debits are written by [`super::SendLedger`], in the transaction of the debit.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait NoticeOutbox: Send + Sync {
    /// Adds notices that are due at once. `Conflict` if an account does not exist.
    ///
    /// A notice with a known id MUST change nothing, whatever happened to the first one. Added
    /// notices MUST survive a crash. Beyond [`MAX_WAITING_NOTICES`] waiting notices of an account,
    /// new ones are dropped.
    async fn enqueue(&self, notices: &[MailNotice]) -> Result<(), PortError>;

    /// Claims at most `limit` waiting notices that the lease [covers](Lease::covers), longest due first.
    ///
    /// When the lease ends, the notices are due again. Each claim counts as an attempt. If several processes
    /// claim at the same time, only one of them MUST get a notice.
    async fn claim(&self, lease: Lease, limit: usize) -> Result<Vec<QueuedNotice>, PortError>;

    /// Records the outcomes of claims.
    ///
    /// An outcome of an attempt other than the last MUST change nothing, and neither MUST an outcome of a
    /// notice that no longer waits.
    async fn record(&self, outcomes: &[NoticeOutcome]) -> Result<(), PortError>;

    /// Returns at most `limit` notices that wait or were given up, oldest first.
    async fn list_unsent(&self, limit: usize) -> Result<Vec<QueuedNotice>, PortError>;

    /// Returns how many notices wait, and since when the oldest of them does.
    async fn backlog(&self) -> Result<OutboxBacklog, PortError>;

    /// Deletes the notices that ended before `before`. After that their ids count as new.
    async fn forget_ended(&self, before: Timestamp) -> Result<(), PortError>;
}
