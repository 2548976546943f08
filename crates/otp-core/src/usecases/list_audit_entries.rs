//! List the audit trail, newest first.

use std::sync::Arc;

use crate::audit::AuditEntry;
use crate::ports::{AuditTrail, PortError};

/// Lists the audit trail.
#[derive(Clone)]
pub struct ListAuditEntries {
    /// Keeps the trail.
    pub audit: Arc<dyn AuditTrail>,
}

impl ListAuditEntries {
    /// Returns at most `limit` entries.
    pub async fn execute(&self, limit: usize) -> Result<Vec<AuditEntry>, PortError> {
        self.audit.list_audit_entries(limit).await
    }
}
