//! Add a sender: stores a number of an account, with the number and its token sealed.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::channel::whatsapp::{AccessToken, ProviderId, Sender};
use crate::contact_number::ContactNumber;
use crate::ids::{AccountId, SenderId};
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, Senders};
use crate::sealing::Purpose;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::staff_actor::StaffActor;

/// Adds senders to accounts.
#[derive(Clone)]
pub struct AddSender {
    /// Stores them.
    pub senders: Arc<dyn Senders>,
    /// Seals the number and the token.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id and the nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// A sender as an operator describes it.
#[derive(Debug, Clone)]
pub struct NewSender {
    /// The account.
    pub account_id: AccountId,
    /// The provider's id of the number.
    pub phone_number_id: ProviderId,
    /// The provider's id of the business account.
    pub waba_id: ProviderId,
    /// The number.
    pub phone: ContactNumber,
    /// The token that authorises calls.
    pub access_token: AccessToken,
}

/// The reason a sender was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddSenderError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The account does not exist, or its key is deleted.
    #[error("no account has that id")]
    AccountNotFound,
    /// The account already has a sender with that number id.
    #[error("the account has a sender with that phone number id")]
    AlreadyAdded,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl AddSender {
    /// Adds one sender, or returns the sender of the account that has its number id, whatever else differs.
    pub async fn execute_if_absent(
        &self,
        new: NewSender,
        by: StaffActor<'_>,
    ) -> Result<Sender, AddSenderError> {
        let number = (new.account_id, new.phone_number_id.clone());
        match self.execute(new, by).await {
            Err(AddSenderError::AlreadyAdded) => {
                let mut senders = self.senders.list().await?.into_iter();
                let is_it = |sender: &Sender| {
                    (sender.account_id, &sender.phone_number_id) == (number.0, &number.1)
                };
                senders.find(is_it).ok_or(AddSenderError::AlreadyAdded)
            }
            added => added,
        }
    }

    /// Adds one sender.
    pub async fn execute(
        &self,
        new: NewSender,
        by: StaffActor<'_>,
    ) -> Result<Sender, AddSenderError> {
        let by = by.authorise(StaffAction::ManageSenders);
        let by = by.ok_or(AddSenderError::Forbidden)?;
        let sealer = self.sealers.find(new.account_id).await?;
        let sealer = sealer.ok_or(AddSenderError::AccountNotFound)?;
        let randomness = &*self.randomness;
        let now = self.clock.now();
        let id = SenderId::generate(now, randomness);
        let seal = |purpose, text: &str| sealer.seal(purpose, id.0, text, randomness);
        let sender = Sender {
            id,
            account_id: new.account_id,
            phone_number_id: new.phone_number_id,
            waba_id: new.waba_id,
            phone: seal(Purpose::SenderPhone, new.phone.as_str()),
            access_token: seal(Purpose::AccessToken, new.access_token.expose()),
            created_at: now,
        };
        let entry = AuditEntry::new(by, AuditAction::AddSender, id.0, now, randomness);
        match self.senders.add(&sender, &entry).await {
            Ok(()) => Ok(sender),
            Err(PortError::Conflict(_)) => Err(AddSenderError::AlreadyAdded),
            Err(error) => Err(error.into()),
        }
    }
}
