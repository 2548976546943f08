//! Grant a subscription: adds credits to an account, with the ledger entry that records the grant.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{AccountId, PlanId, SubscriptionId};
use crate::person::permission::StaffAction;
use crate::ports::{Clock, Plans, PortError, Randomness, Subscriptions};
use crate::subscription::Subscription;
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Grants subscriptions.
#[derive(Clone)]
pub struct GrantSubscription {
    /// Stores them.
    pub subscriptions: Arc<dyn Subscriptions>,
    /// Finds the plan.
    pub plans: Arc<dyn Plans>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id.
    pub randomness: Arc<dyn Randomness>,
}

/// A subscription as an operator describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSubscription {
    /// The account.
    pub account_id: AccountId,
    /// The credits.
    pub credits: Credits,
    /// The plan they come from, if any.
    pub plan_id: Option<PlanId>,
}

/// The reason a subscription was not granted.
#[derive(Debug, thiserror::Error)]
pub enum GrantSubscriptionError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The grant has no credits.
    #[error("a grant has at least 1 credit")]
    NoCredits,
    /// The account or the plan does not exist.
    #[error("no account or plan has that id")]
    AccountOrPlanNotFound,
    /// The plan is retired.
    #[error("the plan {0} is retired and cannot be granted any more")]
    PlanRetired(PlanId),
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

has_refusals_of_staff!(GrantSubscriptionError);

impl GrantSubscription {
    /// Grants one subscription.
    pub async fn execute(
        &self,
        new: NewSubscription,
        by: StaffActor<'_>,
    ) -> Result<Subscription, GrantSubscriptionError> {
        let now = self.clock.now();
        let by = by.authorise_fresh(StaffAction::GrantCredits, now)?;
        if new.credits == Credits::ZERO {
            return Err(GrantSubscriptionError::NoCredits);
        }
        if let Some(id) = new.plan_id {
            let plan = self.plans.find(id).await;
            let plan = plan.map_err(GrantSubscriptionError::Port)?;
            let plan = plan.ok_or(GrantSubscriptionError::AccountOrPlanNotFound)?;
            if !plan.is_offered() {
                return Err(GrantSubscriptionError::PlanRetired(id));
            }
        }
        let id = SubscriptionId::generate(now, &*self.randomness);
        let subscription = Subscription {
            id,
            account_id: new.account_id,
            plan_id: new.plan_id,
            credits: new.credits,
            remaining: new.credits,
            created_at: now,
            revoked_at: None,
        };
        let grant = LedgerEntry {
            account_id: new.account_id,
            subscription_id: id,
            message_id: None,
            kind: EntryKind::Grant,
            credits: new.credits,
            at: now,
        };
        let (action, randomness) = (AuditAction::GrantSubscription, &*self.randomness);
        let entry = AuditEntry::new(by, action, id.0, now, randomness);
        let granted = self.subscriptions.grant(&subscription, &grant, &entry);
        match granted.await {
            Ok(()) => Ok(subscription),
            Err(PortError::Conflict(_)) => Err(GrantSubscriptionError::AccountOrPlanNotFound),
            Err(error) => Err(GrantSubscriptionError::Port(error)),
        }
    }
}
