//! Audit credits: whether opening and grants are balance and net debits, at this moment.

use crate::credits::audit::CreditReport;
use crate::ports::{CreditAudit, PortError};

/// Reads and judges all balances and payments.
pub async fn audit_credits(audit: &dyn CreditAudit) -> Result<CreditReport, PortError> {
    let subscriptions = audit.sum_subscriptions().await?;
    let payments = audit.count_payments().await?;
    Ok(CreditReport::of(&subscriptions, &payments))
}
