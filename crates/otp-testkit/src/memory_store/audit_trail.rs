//! The audit trail in memory.

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::ports::{AuditTrail, PortError};

use super::{MemoryStore, State, conflict};

#[async_trait]
impl AuditTrail for MemoryStore {
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError> {
        let mut state = self.state();
        entries
            .iter()
            .try_for_each(|entry| state.require_new(entry))?;
        for entry in entries {
            state.append_audit(entry);
        }
        Ok(())
    }

    async fn list_audit_entries(
        &self,
        before: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let state = self.state();
        let newest = state.audit.iter().rev();
        let older = newest.filter(|chained| chained.sequence < before);
        Ok(older.take(limit).cloned().collect())
    }

    async fn read_audit_chain(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let state = self.state();
        let newer = state
            .audit
            .iter()
            .filter(|chained| chained.sequence > after);
        Ok(newer.take(limit).cloned().collect())
    }

    async fn audit_head(&self) -> Result<ChainHead, PortError> {
        Ok(self.state().audit_head())
    }
}

impl State {
    fn audit_head(&self) -> ChainHead {
        let last = self.audit.last();
        last.map_or(ChainHead::EMPTY, ChainedEntry::head)
    }

    pub(super) fn append_audit(&mut self, entry: &AuditEntry) {
        let next = self.audit_head().append(entry.clone());
        self.audit.push(next);
    }

    /// Refuses an entry whose id exists.
    pub(super) fn require_new(&self, entry: &AuditEntry) -> Result<(), PortError> {
        if self.audit.iter().any(|known| known.entry.id == entry.id) {
            return Err(conflict("an entry has that id"));
        }
        Ok(())
    }
}
