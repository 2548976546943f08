//! Add a sender: a WhatsApp number of an account, its number and token sealed.

use crate::channel::whatsapp::{AccessToken, ProviderId, Sender};
use crate::contact_number::ContactNumber;
use crate::ids::{AccountId, SenderId};
use crate::ports::{Clock, PortError, Randomness, Senders};
use crate::sealing::{Purpose, Sealer};

/// A sender as an operator gives it.
#[derive(Debug, Clone)]
pub struct NewSender {
    /// Whose it is.
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

/// Adds a sender to an account.
pub async fn add_sender(
    senders: &dyn Senders,
    (clock, randomness): (&dyn Clock, &dyn Randomness),
    sealer: &Sealer,
    new: NewSender,
) -> Result<Sender, PortError> {
    let now = clock.now();
    let sender = Sender {
        id: SenderId::generate(now, randomness),
        account_id: new.account_id,
        phone_number_id: new.phone_number_id,
        waba_id: new.waba_id,
        phone: sealer.seal(Purpose::Contact, new.phone.as_str(), randomness),
        access_token: sealer.seal(Purpose::AccessToken, new.access_token.expose(), randomness),
        created_at: now,
    };
    senders.add(&sender).await?;
    Ok(sender)
}
