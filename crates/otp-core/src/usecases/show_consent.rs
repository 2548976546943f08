//! Show consent: lists an account's recipients who opted out, and the requests they made.
//!
//! The log has only the indexes of recipients. A number is shown if a message still has it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::ids::AccountId;
use crate::opt_out::consent::{ConsentEntry, OptOut, Recipient};
use crate::ports::{OptOuts, PortError, StoredRecipient};
use crate::recipient::{self, PhoneNumber};
use crate::sealing::{AccountSealer, RecipientIndex};
use crate::usecases::account_sealers::{AccountSealers, open_recipient};

/// Shows consent to an operator.
#[derive(Clone)]
pub struct ShowConsent {
    /// Stores the consent.
    pub opt_outs: Arc<dyn OptOuts>,
    /// Indexes and opens recipients.
    pub sealers: AccountSealers,
}

/// An item about a recipient, with their number or address if it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<T> {
    /// The recipient; `None` if no message has it, or no message has it any more.
    pub recipient: Option<recipient::Recipient>,
    /// The item.
    pub of: T,
}

impl ShowConsent {
    /// Returns the recipients who opted out, latest first.
    pub async fn opt_outs(&self, account: AccountId) -> Result<Vec<Shown<OptOut>>, PortError> {
        let listed = self.opt_outs.list_opt_outs(account).await?;
        self.with_recipients(account, listed, |row| row.recipient_index)
            .await
    }

    /// Returns the consent log of one recipient or of all, oldest entry first.
    pub async fn log(
        &self,
        account: AccountId,
        recipient: Option<&PhoneNumber>,
    ) -> Result<Vec<Shown<ConsentEntry>>, PortError> {
        let index = match recipient {
            Some(recipient) => match self.sealers.find(account).await? {
                Some(sealer) => Some(sealer.index(recipient)),
                None => return Ok(Vec::new()),
            },
            None => None,
        };
        let log = self.opt_outs.consent_log(account, index).await?;
        if let Some(recipient) = recipient {
            let shown = log.into_iter().map(|of| Shown {
                recipient: Some(recipient.clone().into()),
                of,
            });
            return Ok(shown.collect());
        }
        self.with_recipients(account, log, |entry| entry.recipient_index)
            .await
    }

    async fn with_recipients<T>(
        &self,
        account: AccountId,
        rows: Vec<T>,
        index: impl Fn(&T) -> RecipientIndex,
    ) -> Result<Vec<Shown<T>>, PortError> {
        let recipients: BTreeSet<Recipient> =
            rows.iter().map(|row| (account, index(row))).collect();
        let known = self.opt_outs.find_contacted(&recipients).await?;
        let sealer = self.sealers.find(account).await?;
        let shown = rows.into_iter().map(|of| Shown {
            recipient: known_recipient(sealer.as_deref(), &known, (account, index(&of))),
            of,
        });
        Ok(shown.collect())
    }
}

fn known_recipient(
    sealer: Option<&AccountSealer>,
    known: &HashMap<Recipient, StoredRecipient>,
    recipient: Recipient,
) -> Option<recipient::Recipient> {
    let stored = known.get(&recipient)?;
    open_recipient(sealer, stored.message_id, Some(&stored.sealed)).ok()?
}
