//! Audit credits: checks that opening and grants equal balance and net debits, at this moment.

use std::sync::Arc;

use crate::credits::audit::CreditReport;
use crate::ports::{CreditAudit, PortError};

/// Audits credits.
#[derive(Clone)]
pub struct AuditCredits {
    /// Sums what is stored.
    pub audit: Arc<dyn CreditAudit>,
}

impl AuditCredits {
    /// Reads and judges all balances and payments.
    pub async fn execute(&self) -> Result<CreditReport, PortError> {
        let subscriptions = self.audit.sum_subscriptions().await?;
        let payments = self.audit.count_payments().await?;
        Ok(CreditReport::of(&subscriptions, &payments))
    }
}
