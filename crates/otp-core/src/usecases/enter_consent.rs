//! Enter a consent request: records, for an operator, what a recipient asked for outside the channel.
//!
//! The recipient asked to get no more messages, or to get them again. The request holds at once.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::opt_out::consent::ConsentEntry;
use crate::opt_out::{ConsentRequest, ConsentSource};
use crate::ports::{Clock, OptOuts, PortError};
use crate::recipient::PhoneNumber;
use crate::usecases::account_sealers::AccountSealers;

/// Enters consent requests by hand.
#[derive(Clone)]
pub struct EnterConsent {
    /// Stores them.
    pub opt_outs: Arc<dyn OptOuts>,
    /// Indexes the recipient.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A consent request as an operator received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredConsent {
    /// The account whose messages it is about.
    pub account_id: AccountId,
    /// The recipient.
    pub recipient: PhoneNumber,
    /// The request: stop or start.
    pub request: ConsentRequest,
}

/// The reason a request was not entered.
#[derive(Debug, thiserror::Error)]
pub enum EnterConsentError {
    /// The account does not exist, or its key is deleted.
    #[error("no account has that id")]
    AccountNotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl EnterConsent {
    /// Enters one request.
    pub async fn execute(&self, entered: EnteredConsent) -> Result<(), EnterConsentError> {
        let sealer = self.sealers.find(entered.account_id).await?;
        let sealer = sealer.ok_or(EnterConsentError::AccountNotFound)?;
        let now = self.clock.now();
        let entry = ConsentEntry {
            account_id: entered.account_id,
            recipient_index: sealer.index(&entered.recipient),
            request: entered.request,
            source: ConsentSource::Operator,
            message: None,
            requested_at: now,
            recorded_at: now,
        };
        self.opt_outs.record_consent(Arc::from([entry])).await?;
        Ok(())
    }
}
