//! Resolution: finds the recipient of an account that a consent request comes from.
//!
//! A recipient is stored under the index of the number that was sent to. The provider may spell
//! that number in another way, or report only a user id. The recipient is therefore the first that
//! one of these gives: the message that the request answers; the user id and the number, as earlier
//! receipts paired them with a recipient; the number itself.

use std::collections::{HashMap, HashSet};

use super::InboundConsent;
use super::consent::{ConsentEntry, Recipient};
use crate::ids::AccountId;
use crate::recipient_identity::KnownIdentity;
use crate::sealing::{IdentityIndex, RecipientIndex};
use crate::time::Timestamp;

/// A consent request as one account sees it: by that account's blind indexes.
#[derive(Debug, Clone)]
pub struct AccountConsent<'a> {
    /// The request.
    pub consent: &'a InboundConsent,
    /// The account.
    pub account_id: AccountId,
    /// The recipient of the message that the request answers.
    pub answered: Option<RecipientIndex>,
    /// The provider's names for the person, the more reliable first.
    pub identities: Vec<IdentityIndex>,
    /// The person's number, if the provider's spelling is a valid number.
    pub number: Option<RecipientIndex>,
}

/// The facts needed to resolve consent requests.
#[derive(Debug, Default)]
pub struct ResolutionFacts {
    /// The recipients that the provider's names belong to, and the time of the report that paired
    /// them.
    pub identities: HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>,
    /// Recipients that were sent to. A store looks up each [`AccountConsent::candidate`].
    pub contacted: HashSet<Recipient>,
}

/// The result of resolving a consent request for one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The entry to record.
    pub entry: Option<ConsentEntry>,
    /// New names of the recipient.
    pub learned: Vec<KnownIdentity>,
    /// Whether the request has to wait for a receipt that identifies the recipient. Its entry, if
    /// it has one, is recorded nevertheless.
    pub waits: bool,
}

impl AccountConsent<'_> {
    /// Returns the recipient the request may come from, according to the identities.
    pub fn candidate(&self, facts: &ResolutionFacts) -> Option<Recipient> {
        let recipient = self.paired(facts).or(self.number)?;
        Some((self.account_id, recipient))
    }

    /// Resolves the request.
    pub fn resolve(&self, facts: &ResolutionFacts) -> Resolution {
        let paired = self.paired(facts);
        let Some(recipient_index) = paired.or(self.number) else {
            return Resolution {
                waits: true,
                ..Resolution::default()
            };
        };
        let recipient = (self.account_id, recipient_index);
        // A number that was never sent to may be another spelling of one that was: a receipt will
        // show it.
        let is_certain = paired.is_some() || facts.contacted.contains(&recipient);
        Resolution {
            entry: Some(ConsentEntry {
                account_id: self.account_id,
                recipient_index,
                request: self.consent.request,
                source: self.consent.source,
                message: Some(self.consent.message),
                requested_at: self.consent.provider_time,
                recorded_at: self.consent.received_at,
            }),
            learned: if is_certain {
                self.learned(recipient_index, facts)
            } else {
                Vec::new()
            },
            waits: !is_certain,
        }
    }

    /// Returns the recipient according to the answered message, or else to earlier receipts.
    fn paired(&self, facts: &ResolutionFacts) -> Option<RecipientIndex> {
        let mut by_identity = self
            .identities
            .iter()
            .filter_map(|identity| facts.identities.get(&(self.account_id, *identity)));
        self.answered
            .or_else(|| by_identity.next().map(|(recipient, _)| *recipient))
    }

    fn learned(
        &self,
        recipient_index: RecipientIndex,
        facts: &ResolutionFacts,
    ) -> Vec<KnownIdentity> {
        let named = self.identities.iter().map(|identity| KnownIdentity {
            account_id: self.account_id,
            identity: *identity,
            recipient_index,
            seen_at: self.consent.provider_time,
        });
        named
            .filter(|new| {
                let earlier = facts.identities.get(&(self.account_id, new.identity));
                new.replaces(earlier.copied())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
