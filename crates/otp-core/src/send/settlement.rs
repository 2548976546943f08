//! Settlement: what the outcome of a delivery changes.

use std::collections::{BTreeMap, HashMap};

use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{AccountId, MessageId, SubscriptionId};
use crate::message::{Failure, MessageStatus, ProviderMessageId};
use crate::time::Timestamp;

/// What came of the one provider call of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider accepted it.
    Accepted(ProviderMessageId),
    /// The provider refused it for good, or it certainly never left.
    Failed(Failure),
    /// It may have been sent: it stays `Pending` until a receipt decides.
    Unknown,
}

/// The outcome of one admitted message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which message.
    pub message_id: MessageId,
    /// Whose message; a store locks the account where credits go back.
    pub account_id: AccountId,
    /// What came of it.
    pub outcome: Outcome,
    /// When that was known.
    pub at: Timestamp,
}

impl Outcome {
    /// The status the first request is answered with.
    pub fn answer(&self) -> MessageStatus {
        match self {
            Self::Accepted(_) => MessageStatus::Sent,
            Self::Failed(_) => MessageStatus::Failed,
            Self::Unknown => MessageStatus::Pending,
        }
    }

    /// Whether settling it may give credits back, for which the account has to be locked.
    pub fn may_refund(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// Where a message stands before it is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageState {
    /// Whose message.
    pub account_id: AccountId,
    /// Its status.
    pub status: MessageStatus,
    /// What the first request was answered, if it was.
    pub first_answer: Option<MessageStatus>,
    /// What it cost.
    pub price: Credits,
    /// Who paid.
    pub subscription_id: SubscriptionId,
}

/// What a store has to know to settle a batch: the messages, locked, and the remaining credits of
/// the subscriptions of those that may be refunded.
#[derive(Debug, Default)]
pub struct SettlementFacts {
    /// The messages by id; one that is missing is passed over.
    pub messages: HashMap<MessageId, MessageState>,
    /// What is left on the subscriptions that paid for them.
    pub balances: HashMap<SubscriptionId, Credits>,
}

/// What a store has to write.
#[derive(Debug, Default)]
pub struct Settled {
    /// The new state of each message.
    pub updates: Vec<MessageUpdate>,
    /// The refunds to append.
    pub ledger: Vec<LedgerEntry>,
    /// The new remaining credits of each refunded subscription.
    pub balances: BTreeMap<SubscriptionId, Credits>,
}

/// The new state of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageUpdate {
    /// Which message.
    pub message_id: MessageId,
    /// Its status.
    pub status: MessageStatus,
    /// What the first request is answered.
    pub first_answer: MessageStatus,
    /// The provider's id, if this settlement brought one; else leave what is there.
    pub provider_message_id: Option<ProviderMessageId>,
    /// The failure, if this settlement is one; else leave what is there.
    pub failure: Option<Failure>,
    /// When.
    pub at: Timestamp,
}

/// Judges a batch of outcomes. A status that has moved on stays; the first answer is set once; only
/// a message that becomes `Failed` here gives its credits back.
pub fn judge(settlements: &[Settlement], mut facts: SettlementFacts) -> Settled {
    let mut settled = Settled::default();
    for settlement in settlements {
        let Some(message) = facts.messages.get_mut(&settlement.message_id) else {
            continue;
        };
        let answer = settlement.outcome.answer();
        let moves = message.status.may_become(answer);
        let (provider_message_id, failure) = match &settlement.outcome {
            Outcome::Accepted(id) => (Some(id.clone()), None),
            Outcome::Failed(failure) if moves => (None, Some(failure.clone())),
            Outcome::Failed(_) | Outcome::Unknown => (None, None),
        };
        if moves {
            message.status = answer;
        }
        let first_answer = *message.first_answer.get_or_insert(answer);
        if moves && answer == MessageStatus::Failed {
            let balance = facts
                .balances
                .entry(message.subscription_id)
                .or_insert(Credits::ZERO);
            *balance = balance.saturating_add(message.price);
            settled.balances.insert(message.subscription_id, *balance);
            settled.ledger.push(LedgerEntry {
                account_id: message.account_id,
                subscription_id: message.subscription_id,
                message_id: Some(settlement.message_id),
                kind: EntryKind::Refund,
                credits: message.price,
                at: settlement.at,
            });
        }
        settled.updates.push(MessageUpdate {
            message_id: settlement.message_id,
            status: message.status,
            first_answer,
            provider_message_id,
            failure,
            at: settlement.at,
        });
    }
    settled
}

#[cfg(test)]
mod tests;
