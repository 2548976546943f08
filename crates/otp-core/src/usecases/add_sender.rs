//! Add a sender: a WhatsApp number of an account, its number and token sealed.

use std::sync::Arc;

use crate::channel::whatsapp::{AccessToken, ProviderId, Sender};
use crate::contact_number::ContactNumber;
use crate::ids::{AccountId, SenderId};
use crate::ports::{Clock, PortError, Randomness, Senders};
use crate::sealing::Purpose;
use crate::usecases::account_sealers::AccountSealers;

/// Adds senders to accounts.
#[derive(Clone)]
pub struct AddSender {
    /// Stores them.
    pub senders: Arc<dyn Senders>,
    /// Seal number and token.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes the id and nonces.
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
    /// Authorises calls.
    pub access_token: AccessToken,
}

/// Why no sender was added.
#[derive(Debug, thiserror::Error)]
pub enum AddSenderError {
    /// There is no such account, or its key is deleted.
    #[error("no account has that id")]
    AccountNotFound,
    /// The account has that number already.
    #[error("the account has a sender with that phone number id")]
    AlreadyAdded,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl AddSender {
    /// Adds one sender.
    pub async fn execute(&self, new: NewSender) -> Result<Sender, AddSenderError> {
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
        match self.senders.add(&sender).await {
            Ok(()) => Ok(sender),
            Err(PortError::Conflict(_)) => Err(AddSenderError::AlreadyAdded),
            Err(error) => Err(error.into()),
        }
    }
}
