//! The credit audit: sums over subscriptions, the ledger and messages.

use async_trait::async_trait;

use crate::credits::audit::{PaymentCount, SubscriptionSums};
use crate::ports::PortError;

/// Sums over everything that is stored, for operators and for tests.
///
/// Each answer MUST be as of one moment, even during sends, and MUST NOT delay sends.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait CreditAudit: Send + Sync {
    /// Returns all subscriptions with their ledger entries summed by kind, including those without entries.
    async fn sum_subscriptions(&self) -> Result<Vec<SubscriptionSums>, PortError>;

    /// Counts the messages by status, price, and debits less refunds.
    async fn count_payments(&self) -> Result<Vec<PaymentCount>, PortError>;
}
