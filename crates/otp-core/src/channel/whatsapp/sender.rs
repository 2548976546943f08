//! A sender: a WhatsApp number of an account.

use super::access_token::AccessToken;
use super::provider_id::ProviderId;
use crate::contact_number::ContactNumber;
use crate::ids::{AccountId, SenderId};
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};
use crate::time::Timestamp;

/// A WhatsApp number of an account, in its stored form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its id.
    pub id: SenderId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// The provider's id of the number; it is part of the path of every call.
    pub phone_number_id: ProviderId,
    /// The provider's id of the business account that owns the number and its templates.
    pub waba_id: ProviderId,
    /// The number itself, sealed.
    pub phone: Sealed,
    /// The token that authorises calls, sealed.
    pub access_token: Sealed,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A sender's access token does not open.
#[derive(Debug, thiserror::Error)]
#[error("the sender's access token cannot be read")]
pub struct UnreadableToken(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Sender {
    /// Opens the number.
    pub fn open_phone(&self, sealer: &AccountSealer) -> Result<ContactNumber, OpenError> {
        let opened = sealer.open(Purpose::SenderPhone, self.id.0, &self.phone)?;
        ContactNumber::parse(&opened).map_err(|_| OpenError::Damaged)
    }

    /// Opens the access token.
    pub fn open_access_token(
        &self,
        sealer: &AccountSealer,
    ) -> Result<AccessToken, UnreadableToken> {
        let opened = sealer
            .open(Purpose::AccessToken, self.id.0, &self.access_token)
            .map_err(|error| UnreadableToken(error.into()))?;
        AccessToken::parse(&opened).map_err(|error| UnreadableToken(error.into()))
    }
}
