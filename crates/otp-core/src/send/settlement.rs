//! Settlement: what the outcome of a delivery changes.

use std::collections::{BTreeMap, HashMap};

use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{AccountId, MessageId, SubscriptionId};
use crate::message::{Failure, MessageStatus};
use crate::sealing::SealedProviderMessageId;
use crate::time::Timestamp;

/// What came of the one provider call of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider accepted it.
    Accepted(SealedProviderMessageId),
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
    /// The new state of each message: one update a message, however many outcomes it had.
    pub updates: BTreeMap<MessageId, MessageUpdate>,
    /// The refunds to append.
    pub ledger: Vec<LedgerEntry>,
    /// The new remaining credits of each refunded subscription.
    pub balances: BTreeMap<SubscriptionId, Credits>,
}

/// The new state of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageUpdate {
    /// Its status.
    pub status: MessageStatus,
    /// What the first request is answered.
    pub first_answer: MessageStatus,
    /// The provider's id, if this batch brought one; else leave what is there.
    pub provider_message_id: Option<SealedProviderMessageId>,
    /// The failure and when it was recorded, if this batch brought one; else leave what is there.
    pub failure: Option<(Failure, Timestamp)>,
    /// When the message last changed.
    pub at: Timestamp,
}

/// Judges a batch of outcomes, one by one. A status that has moved on stays; the first answer is set
/// once; only a message that becomes `Failed` here gives its credits back. A message that stays as it
/// is has no update.
pub fn judge(settlements: &[Settlement], mut facts: SettlementFacts) -> Settled {
    let mut settled = Settled::default();
    for settlement in settlements {
        let Some(message) = facts.messages.get_mut(&settlement.message_id) else {
            continue;
        };
        let answer = settlement.outcome.answer();
        let moves = message.status.may_become(answer);
        if !moves && message.first_answer.is_some() {
            continue;
        }
        if moves {
            message.status = answer;
        }
        let first_answer = *message.first_answer.get_or_insert(answer);
        let update = settled
            .updates
            .entry(settlement.message_id)
            .or_insert(MessageUpdate {
                status: message.status,
                first_answer,
                provider_message_id: None,
                failure: None,
                at: settlement.at,
            });
        update.status = message.status;
        update.at = settlement.at;
        match &settlement.outcome {
            Outcome::Accepted(id) => update.provider_message_id = Some(id.clone()),
            Outcome::Failed(failure) if moves => {
                update.failure = Some((failure.clone(), settlement.at));
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
            Outcome::Failed(_) | Outcome::Unknown => {}
        }
    }
    settled
}

#[cfg(test)]
mod tests;
