//! The audit trail.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::ports::PortError;

/// Keeps the audit trail. Nothing changes or removes an entry.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Appends entries, all or none. They MUST survive a crash once this has returned. `Conflict` if an
    /// entry with one of the ids exists.
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError>;

    /// Returns at most `limit` entries, newest first; ids order those of the same millisecond.
    async fn list_audit_entries(&self, limit: usize) -> Result<Vec<AuditEntry>, PortError>;
}
