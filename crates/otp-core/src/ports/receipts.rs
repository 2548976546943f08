//! Receipts: finds their messages, keeps those without one, and lists expired messages.

use async_trait::async_trait;

use crate::message::{ExpiryPosition, PendingMessage};
use crate::ports::PortError;
use crate::receipt::{MessageReference, ReceiptFacts, UnmatchedReceipt};
use crate::time::Timestamp;

/// Matches the provider's receipts with messages.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Receipts: Send + Sync {
    /// Returns the message of each reference, in their order, with the facts by which the core judges the
    /// receipt ([`MessageReference::judge`]). An adapter MUST look for our id if the provider echoed it,
    /// and for the provider's id if that finds nothing. It MUST leave the verdict to the core, and MUST
    /// use a constant number of statements for any number of references.
    async fn locate(&self, references: &[MessageReference])
    -> Result<Vec<ReceiptFacts>, PortError>;

    /// Keeps receipts that match no known message. Kept receipts MUST survive a crash. Keeping one again
    /// (same provider index, report and provider time) changes nothing.
    async fn keep_unmatched(&self, receipts: &[UnmatchedReceipt]) -> Result<(), PortError>;

    /// Returns the kept receipts, oldest first; if there are more than `limit`, those that were kept last.
    ///
    /// Receipts of messages that were not sent from here stay for days, and MUST NOT hide recent ones.
    async fn list_unmatched(&self, limit: usize) -> Result<Vec<UnmatchedReceipt>, PortError>;

    /// Deletes the kept receipts that are given, and all that were received before `before`.
    async fn forget_unmatched(
        &self,
        receipts: &[UnmatchedReceipt],
        before: Timestamp,
    ) -> Result<(), PortError>;

    /// Returns at most `limit` messages that are still `Pending` and whose position is after `after`, with
    /// an end of their lifetime not after `until`, in the order of their positions.
    ///
    /// The cost MUST depend on the number of pending messages, not on the number of stored ones.
    async fn list_expired(
        &self,
        after: ExpiryPosition,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, PortError>;
}
