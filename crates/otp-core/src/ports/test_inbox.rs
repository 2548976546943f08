//! Test inboxes.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use crate::time::Timestamp;

/// Stores the messages of test keys.
///
/// [`Erasure`](super::Erasure) removes the messages of a recipient.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait TestInbox: Send + Sync {
    /// Adds a message, with its life. A message that is there already stays as it is.
    ///
    /// Of the account's messages whose life is over, an adapter MUST remove those that are not among its
    /// newest `kept`.
    async fn receive(&self, message: &TestMessage, kept: usize) -> Result<(), PortError>;

    /// Returns the wanted messages, newest first.
    async fn list_received(&self, query: TestInboxQuery) -> Result<Vec<TestMessage>, PortError>;

    /// Returns at most `limit` messages whose next report is due at `until`, those that have been due for
    /// longest first.
    ///
    /// The cost MUST depend on the number of due messages, not on the number of stored ones.
    async fn list_due(&self, until: Timestamp, limit: usize)
    -> Result<Vec<TestMessage>, PortError>;

    /// Records the progress of lives. A message that is not where the progress begins stays where it is.
    async fn advance(&self, progress: &[LifeProgress]) -> Result<(), PortError>;

    /// Removes at most `limit` messages that were accepted before this time and whose life is over, the
    /// oldest first, and returns how many it removed.
    async fn forget_received(&self, before: Timestamp, limit: usize) -> Result<usize, PortError>;
}
