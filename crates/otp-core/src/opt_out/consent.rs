//! What is recorded of requests: an entry of the consent log for each, once, and which one holds.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use super::{ConsentRequest, ConsentSource, CurrentConsent};
use crate::ids::AccountId;
use crate::sealing::{ProviderMessageIndex, RecipientIndex};
use crate::time::Timestamp;

/// A recipient of an account.
pub type Recipient = (AccountId, RecipientIndex);

/// One request of a recipient: an entry of the consent log, which is never changed or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentEntry {
    /// Whose messages it is about.
    pub account_id: AccountId,
    /// Who asked, for looking up.
    pub recipient_index: RecipientIndex,
    /// What.
    pub request: ConsentRequest,
    /// How.
    pub source: ConsentSource,
    /// The message that said it; an operator's has none.
    pub message: Option<ProviderMessageIndex>,
    /// When it was made, by the provider's clock.
    pub requested_at: Timestamp,
    /// When it reached us.
    pub recorded_at: Timestamp,
}

impl ConsentEntry {
    /// Of whom it is.
    pub fn of(&self) -> Recipient {
        (self.account_id, self.recipient_index)
    }
}

/// A recipient who wants no messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    /// Who, for looking up.
    pub recipient_index: RecipientIndex,
    /// Since when, by the provider's clock.
    pub since: Timestamp,
}

/// What has to be known to record requests.
#[derive(Debug, Default)]
pub struct ConsentFacts {
    /// The request that holds for each recipient; none was made by those that are missing.
    pub last: HashMap<Recipient, CurrentConsent>,
    /// Which messages are in the log already, and for whom.
    pub logged: HashSet<(Recipient, ProviderMessageIndex)>,
}

/// What a store has to write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct JudgedConsent {
    /// The entries to append.
    pub entries: Vec<ConsentEntry>,
    /// The requests that hold from now on, of those recipients for whom that changes.
    pub last: BTreeMap<Recipient, CurrentConsent>,
}

/// Judges requests one by one, each after what its predecessors did.
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
            // Clocks differ, and an operator means what they say now.
            entry.requested_at = entry.requested_at.max(last.at + Duration::from_millis(1));
        }
        let asked = CurrentConsent {
            at: entry.requested_at,
            request: entry.request,
        };
        if last.is_none_or(|last| asked > last) {
            facts.last.insert(recipient, asked);
            judged.last.insert(recipient, asked);
        }
        judged.entries.push(entry);
    }
    judged
}

#[cfg(test)]
mod tests;
