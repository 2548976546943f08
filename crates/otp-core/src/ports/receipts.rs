//! Receipts whose message is not known, and messages whose time is over.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::receipt::{LocatedMessage, MessageReference, UnmatchedReceipt};
use crate::time::Timestamp;

/// What stands between the provider's receipts and the messages they are about.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Receipts: Send + Sync {
    /// The message of each reference, in their order: by our id where the provider echoed it, else by
    /// the provider's. An adapter MUST use a constant number of statements for any number of them.
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<Option<LocatedMessage>>, PortError>;

    /// Keeps receipts that belong to no known message. What was kept MUST survive a crash. Keeping
    /// one again (same provider index, report and provider time) changes nothing.
    async fn keep_unmatched(&self, receipts: &[UnmatchedReceipt]) -> Result<(), PortError>;

    /// The kept receipts, oldest first; of more than `limit` those that were kept last. Receipts of
    /// messages that are nobody's here stay for days, and MUST NOT hide those that came just now.
    async fn list_unmatched(&self, limit: usize) -> Result<Vec<UnmatchedReceipt>, PortError>;

    /// Forgets kept receipts: those given, and all received before `before`.
    async fn forget_unmatched(
        &self,
        receipts: &[UnmatchedReceipt],
        before: Timestamp,
    ) -> Result<(), PortError>;

    /// Messages that are still `Pending` although they expired after `after` and not after `until`;
    /// in the order of their expiry, at most `limit`.
    async fn list_expired(
        &self,
        after: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<LocatedMessage>, PortError>;
}
