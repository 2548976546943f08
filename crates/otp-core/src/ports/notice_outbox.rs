//! The outbox: notices that wait to be mailed.

use async_trait::async_trait;

use crate::notice::{MailNotice, NoticeOutcome, QueuedNotice};
use crate::ports::PortError;
use crate::time::Timestamp;

/// How many notices of one account may wait. Who has so many unread ones before them learns nothing from
/// one more; what comes beyond is dropped, so that a mail server that is down for long, or an account
/// whose balance swings around its threshold, fills no disk.
pub const MAX_WAITING: usize = 200;

/// Keeps notices until a mail server has taken them. Those that the ledger yields are written by
/// [`super::SendLedger`], in the transaction of the debit they are about.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait NoticeOutbox: Send + Sync {
    /// Adds notices, due at once. One whose id is known already MUST change nothing, whatever became
    /// of the first. What was added MUST survive a crash. Beyond [`MAX_WAITING`] waiting notices of an
    /// account, further ones are dropped. `Conflict` where an account does not exist.
    async fn enqueue(&self, notices: &[MailNotice]) -> Result<(), PortError>;

    /// Takes waiting notices that are due at `now`, those that have been due for longest first, at
    /// most `limit`, and makes them due again at `lease_until`: who takes them has until then. Each
    /// claim counts as an attempt. Of several claims at once, in any processes, only one MUST be given
    /// a notice.
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<QueuedNotice>, PortError>;

    /// Records what came of claims. One that names another attempt than the last MUST change nothing,
    /// as MUST one about a notice that no longer waits.
    async fn record(&self, outcomes: &[NoticeOutcome]) -> Result<(), PortError>;

    /// What waits and what was given up, in the order in which it came up, at most `limit`.
    async fn list_unsent(&self, limit: usize) -> Result<Vec<QueuedNotice>, PortError>;

    /// Forgets notices that ended before `before`. Their ids are news again.
    async fn forget_ended(&self, before: Timestamp) -> Result<(), PortError>;
}
