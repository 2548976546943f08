//! Audit credits: checks that every balance is the sum of its ledger entries, and that every message is
//! paid for as its status says.

use std::sync::Arc;

use crate::credits::audit::CreditReport;
use crate::ports::{CreditAudit, PortError};

/// Audits credits.
#[derive(Clone)]
pub struct AuditCredits {
    /// Sums the stored balances and ledger entries.
    pub audit: Arc<dyn CreditAudit>,
}

impl AuditCredits {
    /// Reads and checks all balances and payments.
    pub async fn execute(&self) -> Result<CreditReport, PortError> {
        let subscriptions = self.audit.sum_subscriptions().await?;
        let payments = self.audit.count_payments().await?;
        Ok(CreditReport::of(&subscriptions, &payments))
    }
}
