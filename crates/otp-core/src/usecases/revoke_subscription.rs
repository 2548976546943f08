//! Revoke a subscription: the credits that are left on it go, and none come back.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::SubscriptionId;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, Subscriptions};
use crate::subscription::Subscription;
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Revokes subscriptions.
#[derive(Clone)]
pub struct RevokeSubscription {
    /// Stores subscriptions.
    pub subscriptions: Arc<dyn Subscriptions>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a subscription was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeSubscriptionError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The subscription does not exist.
    #[error("no subscription has the id {0}")]
    NotFound(SubscriptionId),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

has_refusals_of_staff!(RevokeSubscriptionError);

impl RevokeSubscription {
    /// Revokes one subscription, and returns it as it then is. One that is revoked already keeps the time
    /// of its revocation.
    pub async fn execute(
        &self,
        id: SubscriptionId,
        by: StaffActor<'_>,
    ) -> Result<Subscription, RevokeSubscriptionError> {
        let now = self.clock.now();
        let by = by.authorise_fresh(StaffAction::GrantCredits, now)?;
        let action = AuditAction::RevokeSubscription;
        let entry = AuditEntry::new(by, action, id.0, now, &*self.randomness);
        let revoked = self.subscriptions.revoke_subscription(id, now, &entry);
        revoked.await?.ok_or(RevokeSubscriptionError::NotFound(id))
    }
}
