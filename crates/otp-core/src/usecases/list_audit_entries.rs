//! List the audit trail, newest first.

use std::sync::Arc;

use crate::audit::chain::ChainedEntry;
use crate::ports::{AuditTrail, PortError};

/// Lists the audit trail.
#[derive(Clone)]
pub struct ListAuditEntries {
    /// Keeps the trail.
    pub audit: Arc<dyn AuditTrail>,
}

impl ListAuditEntries {
    /// Returns at most `limit` entries before this place; without a place, the newest.
    pub async fn execute(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let before = before.unwrap_or(u64::MAX);
        self.audit.list_audit_entries(before, limit).await
    }
}
