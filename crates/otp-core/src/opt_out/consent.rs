//! The record of consent requests: one log entry for each, and the one that applies.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use super::{ConsentRequest, ConsentSource, CurrentConsent};
use crate::ids::AccountId;
use crate::sealing::{ProviderMessageIndex, RecipientIndex};
use crate::time::Timestamp;
use crate::webhook::WebhookEvent;

/// A recipient of an account.
pub type Recipient = (AccountId, RecipientIndex);

/// An entry of the consent log: one request of a recipient, never changed or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentEntry {
    /// The account whose messages it is about.
    pub account_id: AccountId,
    /// The blind index of the recipient who made it.
    pub recipient_index: RecipientIndex,
    /// The request.
    pub request: ConsentRequest,
    /// The way it was made.
    pub source: ConsentSource,
    /// The message it was made with; `None` for an operator's entry.
    pub message: Option<ProviderMessageIndex>,
    /// The time of the request, by the provider's clock.
    pub requested_at: Timestamp,
    /// The time we received it.
    pub recorded_at: Timestamp,
}

impl ConsentEntry {
    /// Returns the recipient who made it.
    pub fn of(&self) -> Recipient {
        (self.account_id, self.recipient_index)
    }
}

/// A recipient who has opted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    /// The blind index of the recipient.
    pub recipient_index: RecipientIndex,
    /// The time of the request, by the provider's clock.
    pub since: Timestamp,
}

/// The facts needed to record requests.
#[derive(Debug, Default)]
pub struct ConsentFacts {
    /// The request that applies to each recipient. A recipient without an entry has made none.
    pub last: HashMap<Recipient, CurrentConsent>,
    /// The messages that are already in the log, by recipient.
    pub logged: HashSet<(Recipient, ProviderMessageIndex)>,
}

/// The rows a store has to write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct JudgedConsent {
    /// The entries to append.
    pub entries: Vec<ConsentEntry>,
    /// The requests that apply from now on, for each recipient whose request changes.
    pub last: BTreeMap<Recipient, CurrentConsent>,
    /// The events that report whose choice changed.
    pub webhook_events: Vec<WebhookEvent>,
}

/// Judges requests one by one, each with the effects of its predecessors.
pub fn judge(entries: &[ConsentEntry], mut facts: ConsentFacts) -> JudgedConsent {
    let mut judged = JudgedConsent::default();
    for entry in entries {
        let recipient = entry.of();
        let is_new = |message| facts.logged.insert((recipient, message));
        if !entry.message.is_none_or(is_new) {
            continue;
        }
        let mut entry = entry.clone();
        let last = facts.last.get(&recipient).copied();
        if let (ConsentSource::Operator, Some(last)) = (entry.source, last) {
            // Clocks differ, and an operator's entry must replace the earlier request.
            entry.requested_at = entry.requested_at.max(last.at + Duration::from_millis(1));
        }
        let asked = CurrentConsent {
            at: entry.requested_at,
            request: entry.request,
        };
        if last.is_none_or(|last| asked > last) {
            judged.webhook_events.extend(event(recipient, last, asked));
            facts.last.insert(recipient, asked);
            judged.last.insert(recipient, asked);
        }
        judged.entries.push(entry);
    }
    judged
}

/// Returns the event of a recipient whose choice is not what it was. Nobody has opted out at first.
fn event(
    (account, recipient): Recipient,
    last: Option<CurrentConsent>,
    asked: CurrentConsent,
) -> Option<WebhookEvent> {
    let before = last.map_or(ConsentRequest::Start, |last| last.request);
    let changes = before != asked.request;
    changes.then(|| WebhookEvent::of_recipient(account, recipient, asked.request, asked.at))
}

#[cfg(test)]
mod tests;
