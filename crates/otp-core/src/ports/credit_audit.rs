//! The credit audit: reads back what the ledger holds.

use async_trait::async_trait;

use crate::credits::audit::{PaymentCount, SubscriptionSums};
use crate::ports::PortError;

/// Sums over everything that is stored, for an operator's question and for tests. Each answer MUST be of
/// one moment, also while sends are under way, and MUST NOT keep them waiting.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait CreditAudit: Send + Sync {
    /// All subscriptions with their ledger entries summed by kind, those without entries included.
    async fn sum_subscriptions(&self) -> Result<Vec<SubscriptionSums>, PortError>;

    /// How many messages there are of each status, price, and sum of debits and refunds.
    async fn count_payments(&self) -> Result<Vec<PaymentCount>, PortError>;
}
