//! The cost of messages in the end, by the contract and apart from the core's own rule.

use std::collections::BTreeMap;

use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::MessageId;

use super::verification::Carrying;

/// The credits that each message costs by the ledger.
pub(super) struct Paid(BTreeMap<MessageId, i64>);

impl Paid {
    pub(super) fn by(ledger: &[LedgerEntry]) -> Self {
        let mut paid = BTreeMap::new();
        for entry in ledger {
            if let Some(message) = entry.message_id {
                *paid.entry(message).or_default() -= entry.signed_amount();
            }
        }
        Self(paid)
    }

    /// Returns what these messages cost together.
    pub(super) fn in_all<'a>(&self, messages: impl Iterator<Item = &'a MessageId>) -> i64 {
        messages.filter_map(|id| self.0.get(id)).sum()
    }
}

/// Returns what the account owes for messages that are charged together, once their verification has ended.
///
/// A single message is a send, which costs its price unless it failed. With a fallback, the dearest message
/// that was delivered is paid for. If the code was entered although none is known to be, the cheapest of those
/// that may have brought it is.
pub(super) fn owed(messages: &[Carrying], is_approved: bool) -> i64 {
    let price = |message: &Carrying| message.price;
    if let [only] = messages {
        return if only.failed() { 0 } else { only.price };
    }
    let delivered = messages.iter().filter(|message| message.was_delivered());
    if let Some(dearest) = delivered.map(price).max() {
        return dearest;
    }
    let open = messages.iter().filter(|message| !message.failed());
    let cheapest = open.map(price).min();
    cheapest.filter(|_| is_approved).unwrap_or(0)
}
