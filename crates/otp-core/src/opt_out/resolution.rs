//! Resolution: whose request it is.
//!
//! A recipient is stored under the index of the number that was sent to. WhatsApp may spell that number
//! in another way, or tell a user id only. So it is asked in this order: the message that the request
//! answers; the user id and the number as earlier receipts paired them with a recipient; the number
//! itself.

use std::collections::{BTreeSet, HashMap};

use super::InboundConsent;
use super::consent::{ConsentEntry, Recipient};
use crate::channel::whatsapp::ProviderId;
use crate::ids::AccountId;
use crate::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex, Sealed};
use crate::time::Timestamp;

/// An identity of the provider's and the recipient it belongs to, as known to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIdentity {
    /// Whose recipient.
    pub account_id: AccountId,
    /// By what the provider knows them.
    pub identity: IdentityIndex,
    /// Who that is to us.
    pub recipient_index: RecipientIndex,
    /// When the provider said so, by its clock.
    pub seen_at: Timestamp,
}

impl KnownIdentity {
    /// Whether `earlier` has to make way for it: somebody else's, and not newer. A user id that belongs
    /// to another recipient than before does so because the person changed their number.
    pub fn replaces(&self, earlier: Option<(RecipientIndex, Timestamp)>) -> bool {
        earlier.is_none_or(|(recipient, seen_at)| {
            recipient != self.recipient_index && seen_at < self.seen_at
        })
    }
}

/// What has to be known to say whose requests these are.
#[derive(Debug, Default)]
pub struct ResolutionFacts {
    /// The accounts that send from a number of the provider's.
    pub accounts: HashMap<ProviderId, BTreeSet<AccountId>>,
    /// The recipients of messages that requests answer.
    pub contexts: HashMap<ProviderMessageIndex, Recipient>,
    /// The recipients that identities belong to, and since when that is known.
    pub identities: HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>,
    /// Recipients that were sent to, sealed. A store looks for [`ResolutionFacts::candidates`].
    pub recipients: HashMap<Recipient, Sealed>,
}

/// What became of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// What is to be recorded, one entry for each account concerned.
    pub entries: Vec<ConsentEntry>,
    /// What was learned of who the provider means.
    pub learned: Vec<KnownIdentity>,
    /// Whether it has to wait for a receipt that says more. What is recorded is recorded all the same.
    pub waits: bool,
}

impl ResolutionFacts {
    /// The accounts a request is about: all that send from the number it was written to.
    fn accounts_of(&self, request: &InboundConsent) -> BTreeSet<AccountId> {
        let of_number = request.phone_number_id.as_ref();
        let of_number = of_number.and_then(|id| self.accounts.get(id)).into_iter();
        let of_context = request
            .context
            .and_then(|context| self.contexts.get(&context));
        of_number
            .flatten()
            .copied()
            .chain(of_context.map(|(account, _)| *account))
            .collect()
    }

    /// Who it is by the message it answers, or by what receipts said.
    fn paired(&self, account: AccountId, request: &InboundConsent) -> Option<RecipientIndex> {
        let by_context = request
            .context
            .and_then(|context| self.contexts.get(&context));
        let mut by_identity = request
            .from
            .iter()
            .filter_map(|identity| self.identities.get(&(account, identity)));
        by_context
            .map(|(_, recipient)| *recipient)
            .or_else(|| by_identity.next().map(|(recipient, _)| *recipient))
    }

    /// Whom the requests may be of: what has to be looked for among the recipients sent to.
    pub fn candidates(&self, requests: &[InboundConsent]) -> BTreeSet<Recipient> {
        let of = |request: &InboundConsent| {
            let accounts = self.accounts_of(request).into_iter();
            let found = accounts.map(|account| {
                let recipient = self.paired(account, request).or(request.number);
                recipient.map(|recipient| (account, recipient))
            });
            found.flatten().collect::<Vec<_>>()
        };
        requests.iter().flat_map(of).collect()
    }

    /// Says whose request it is.
    pub fn resolve(&self, request: &InboundConsent) -> Resolution {
        let mut resolution = Resolution::default();
        for account_id in self.accounts_of(request) {
            let paired = self.paired(account_id, request);
            let Some(recipient_index) = paired.or(request.number) else {
                resolution.waits = true;
                continue;
            };
            let recipient = self.recipients.get(&(account_id, recipient_index)).cloned();
            if paired.is_some() || recipient.is_some() {
                let learned = self.learned(account_id, recipient_index, request);
                resolution.learned.extend(learned);
            } else {
                // A number nobody sent to, perhaps for being spelt in another way: a receipt will tell.
                resolution.waits = true;
            }
            resolution.entries.push(ConsentEntry {
                account_id,
                recipient_index,
                recipient,
                request: request.request,
                source: request.source,
                message: Some(request.message),
                requested_at: request.provider_time,
                recorded_at: request.received_at,
            });
        }
        resolution
    }

    fn learned(
        &self,
        account_id: AccountId,
        recipient_index: RecipientIndex,
        request: &InboundConsent,
    ) -> Vec<KnownIdentity> {
        let said = request.from.iter().map(|identity| KnownIdentity {
            account_id,
            identity,
            recipient_index,
            seen_at: request.provider_time,
        });
        said.filter(|new| {
            let earlier = self.identities.get(&(account_id, new.identity));
            new.replaces(earlier.copied())
        })
        .collect()
    }
}

#[cfg(test)]
mod tests;
