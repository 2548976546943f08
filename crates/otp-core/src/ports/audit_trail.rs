//! The audit trail.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::audit::chain::{ChainHead, ChainedEntry};
use crate::ports::PortError;

/// Keeps the audit trail: a chain of entries, which nothing changes or removes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Appends entries to the chain, all or none, as [`ChainHead::append_all`] does. They MUST survive a crash once
    /// this has returned, and of several calls at the same time each MUST get places of its own. `Conflict` if an entry
    /// with one of the ids exists.
    ///
    /// A method of another port that takes an entry appends it in the same way.
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError>;

    /// Returns at most `limit` entries before the place `before`, newest first.
    async fn list_audit_entries(
        &self,
        before: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError>;

    /// Returns at most `limit` entries after the place `after`, oldest first.
    async fn read_audit_chain(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError>;

    /// Returns the head of the chain. It is kept apart from the entries, so missing entries at the end are noticed.
    async fn audit_head(&self) -> Result<ChainHead, PortError>;
}
