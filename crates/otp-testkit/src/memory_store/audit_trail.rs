//! The audit trail in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::ports::{AuditTrail, PortError};

use super::{MemoryStore, conflict};

#[async_trait]
impl AuditTrail for MemoryStore {
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError> {
        let mut state = self.state();
        let is_known = |entry: &AuditEntry| state.audit.iter().any(|known| known.id == entry.id);
        if entries.iter().any(is_known) {
            return Err(conflict("an entry has that id"));
        }
        state.audit.extend_from_slice(entries);
        Ok(())
    }

    async fn list_audit_entries(&self, limit: usize) -> Result<Vec<AuditEntry>, PortError> {
        let mut entries = self.state().audit.clone();
        entries.sort_unstable_by_key(|entry| Reverse((entry.at, entry.id)));
        entries.truncate(limit);
        Ok(entries)
    }
}
