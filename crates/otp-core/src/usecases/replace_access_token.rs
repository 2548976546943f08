//! Replace a sender's access token, and let the sender send with the new one.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::channel::whatsapp::AccessToken;
use crate::channel::whatsapp::health::{HealthChange, HealthChanged};
use crate::ids::SenderId;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, SenderHealths, Senders};
use crate::sealing::Purpose;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::staff_actor::StaffActor;

/// Replaces access tokens.
#[derive(Clone)]
pub struct ReplaceAccessToken {
    /// Stores senders with their tokens.
    pub senders: Arc<dyn Senders>,
    /// Stores their health.
    pub healths: Arc<dyn SenderHealths>,
    /// Seals tokens.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the nonce.
    pub randomness: Arc<dyn Randomness>,
}

/// A sender's new access token.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// The sender.
    pub sender: SenderId,
    /// The token that replaces the stored one.
    pub token: AccessToken,
}

/// The reason a token was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceAccessTokenError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The sender does not exist.
    #[error("no sender has that id")]
    NotFound,
    /// The account's key is deleted, so nothing can be sealed for the sender.
    #[error("the account of the sender has been erased")]
    AccountErased,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ReplaceAccessToken {
    /// Replaces one token. A sender that the provider stopped sends again, and is examined soon: the
    /// provider may have refused only the old token.
    pub async fn execute(
        &self,
        new: NewAccessToken,
        by: StaffActor<'_>,
    ) -> Result<HealthChanged, ReplaceAccessTokenError> {
        let by = by.authorise(StaffAction::ManageSenders);
        let by = by.ok_or(ReplaceAccessTokenError::Forbidden)?;
        let sender = self.senders.find(new.sender).await?;
        let sender = sender.ok_or(ReplaceAccessTokenError::NotFound)?;
        let sealer = self.sealers.find(sender.account_id).await?;
        let sealer = sealer.ok_or(ReplaceAccessTokenError::AccountErased)?;
        let (purpose, token) = (Purpose::AccessToken, new.token.expose());
        let sealed = sealer.seal(purpose, sender.id.0, token, &*self.randomness);
        let (action, now) = (AuditAction::ReplaceAccessToken, self.clock.now());
        let entry = AuditEntry::new(by, action, sender.id.0, now, &*self.randomness);
        let replaced = self.senders.replace_token(sender.id, &sealed, &entry);
        if !replaced.await? {
            return Err(ReplaceAccessTokenError::NotFound);
        }
        // The health follows the token: before, the provider could be asked with the old one.
        let change = HealthChange::TokenReplaced;
        let changed = self.healths.change_health(sender.id, &change, now, None);
        match changed.await {
            Ok(changed) => Ok(changed),
            Err(PortError::Conflict(_)) => Err(ReplaceAccessTokenError::NotFound),
            Err(error) => Err(error.into()),
        }
    }
}
