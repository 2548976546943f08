//! Grant a subscription: credits for an account, with the ledger entry that says so.

use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{AccountId, PlanId, SubscriptionId};
use crate::ports::{Clock, PortError, Randomness, Subscriptions};
use crate::subscription::Subscription;

/// Why nothing was granted.
#[derive(Debug, thiserror::Error)]
pub enum GrantSubscriptionError {
    /// Nothing is no grant.
    #[error("a grant has at least 1 credit")]
    NoCredits,
    /// There is no such account or plan.
    #[error("no account or plan has that id")]
    AccountOrPlanNotFound,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

/// Grants credits to an account.
pub async fn grant_subscription(
    subscriptions: &dyn Subscriptions,
    (clock, randomness): (&dyn Clock, &dyn Randomness),
    account_id: AccountId,
    credits: Credits,
    plan_id: Option<PlanId>,
) -> Result<Subscription, GrantSubscriptionError> {
    if credits == Credits::ZERO {
        return Err(GrantSubscriptionError::NoCredits);
    }
    let now = clock.now();
    let id = SubscriptionId::generate(now, randomness);
    let subscription = Subscription {
        id,
        account_id,
        plan_id,
        credits,
        remaining: credits,
        created_at: now,
    };
    let grant = LedgerEntry {
        account_id,
        subscription_id: id,
        message_id: None,
        kind: EntryKind::Grant,
        credits,
        at: now,
    };
    match subscriptions.grant(&subscription, &grant).await {
        Ok(()) => Ok(subscription),
        Err(PortError::Conflict(_)) => Err(GrantSubscriptionError::AccountOrPlanNotFound),
        Err(error @ (PortError::Unavailable(_) | PortError::Backend(_))) => {
            Err(GrantSubscriptionError::Port(error))
        }
    }
}
