//! The send ledger: admission and settlement of sends, in batches.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::PortError;
use crate::send::{Admission, SendAttempt, Settlement};

/// Admits and settles sends.
///
/// Both methods take batches, because one commit for many sends makes a busy account fast; a batch of
/// one is valid, too. For a batch of any size, an adapter MUST use a constant number of statements, and
/// MUST leave every decision to [`crate::send::admission::judge`] and
/// [`crate::send::settlement::judge`].
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SendLedger: Send + Sync {
    /// Judges the attempts in their order and records those admitted, with their debits, in one
    /// transaction. Returns one admission for each attempt, in their order.
    ///
    /// An adapter MUST, in this order: lock every account concerned, in ascending order of ids, so that
    /// batches of several processes neither interleave on an account nor deadlock; load the facts; ask the
    /// core; insert messages, append debits, update balances, and add notices to the outbox; commit. An
    /// attempt reported as `Admitted` MUST survive a crash. On `Err(Conflict | Locked | Backend)`, nothing
    /// was recorded.
    ///
    /// The accounts of a batch must not wait for the lock of one of them. So an adapter whose locks
    /// are shared with other processes MUST return [`PortError::Locked`] with the accounts it could
    /// not lock within a fraction of a second. The caller then repeats the batch without those
    /// accounts, and tries them again later.
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError>;

    /// Records the outcomes of deliveries, with refunds, events and notices, in one transaction.
    ///
    /// An adapter MUST lock the accounts of those settlements that may refund, then the messages, each in
    /// ascending order of ids. Settling the same message again MUST change nothing: of events with the same
    /// message, status and source, the first is kept. An unknown message is skipped. Locks are waited for as
    /// in [`admit`](Self::admit); of a locked message, the error names the account.
    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError>;
}
