//! The review of fallbacks: judges when each has to be looked at again, and settles the charge that its
//! messages share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{CodeMessage, Fallback, FallbackTurn, FallbackUpdate, SharedCharge, charged, owing};
use crate::account::AccountRules;
use crate::credits::Credits;
use crate::credits::ledger::{LedgerEntry, MessageCharge};
use crate::ids::{AccountId, MessageId, SubscriptionId, VerificationId};
use crate::notice::MailNotice;
use crate::subscription::{self, SubscriptionBalance};
use crate::time::Timestamp;
use crate::verification::VerificationState;
use crate::webhook::WebhookEvent;

/// A fallback to review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallbackReview {
    /// The account.
    pub account_id: AccountId,
    /// The verification.
    pub verification_id: VerificationId,
    /// A step that cannot be taken and is passed over.
    pub passed_over: Option<usize>,
    /// The time.
    pub at: Timestamp,
}

/// The facts of a batch, loaded while the accounts are locked.
#[derive(Debug, Default)]
pub struct FallbackReviewFacts {
    /// The rules of the accounts; an account without rules has the default ones.
    pub rules: HashMap<AccountId, AccountRules>,
    /// The verifications.
    pub verifications: HashMap<VerificationId, VerificationState>,
    /// Their fallbacks.
    pub fallbacks: HashMap<VerificationId, Fallback>,
    /// The balances of the accounts' subscriptions, spent ones included.
    pub balances: HashMap<AccountId, Vec<SubscriptionBalance>>,
}

/// The rows a store has to write.
#[derive(Debug, Default)]
pub struct ReviewedFallbacks {
    /// The new state of each fallback that goes on.
    pub updates: BTreeMap<VerificationId, FallbackUpdate>,
    /// The fallbacks that are over: they are removed with their steps.
    pub over: BTreeSet<VerificationId>,
    /// The new shared charges of messages.
    pub charges: BTreeMap<MessageId, SharedCharge>,
    /// The refunds and debits to append, in their order.
    pub ledger: Vec<LedgerEntry>,
    /// The new balance of each subscription that changed, and which notices about it were announced.
    pub balances: BTreeMap<SubscriptionId, SubscriptionBalance>,
    /// The notices to account holders.
    pub notices: Vec<MailNotice>,
    /// The events for the accounts' endpoints.
    pub webhook_events: Vec<WebhookEvent>,
}

/// Reviews fallbacks one by one. One that is missing is passed over.
pub fn review(reviews: &[FallbackReview], mut facts: FallbackReviewFacts) -> ReviewedFallbacks {
    let mut reviewed = ReviewedFallbacks::default();
    for review in reviews {
        let id = review.verification_id;
        let (Some(state), Some(fallback)) =
            (facts.verifications.get(&id), facts.fallbacks.get_mut(&id))
        else {
            continue;
        };
        if state.account_id != review.account_id {
            continue;
        }
        if fallback.is_used() {
            let payers = Payers {
                account: review.account_id,
                rules: facts.rules.get(&review.account_id).copied(),
                balances: facts.balances.entry(review.account_id).or_default(),
                at: review.at,
            };
            let sharing = fallback.sharing();
            let owing = owing(&sharing, state.status_at(review.at));
            let messages = fallback.messages.iter_mut().enumerate();
            let messages = messages.filter(|(place, message)| message.shares(*place));
            let messages = messages.map(|(_, message)| message).collect();
            reviewed.charge(messages, owing, payers);
        }
        match fallback.turn(state, review.at) {
            FallbackTurn::Settle => {
                reviewed.over.insert(id);
            }
            FallbackTurn::Take(step) if review.passed_over == Some(step) => {
                // No message is on its way, so the next step does not wait.
                let update = FallbackUpdate {
                    next_at: review.at,
                    look_at: review.at,
                    ..fallback.after(step, state, review.at)
                };
                reviewed.updates.insert(id, update);
            }
            // Another process judged it differently a moment ago; it is looked at again.
            FallbackTurn::Take(_) => {
                reviewed.updates.insert(id, fallback.unchanged(review.at));
            }
            FallbackTurn::Wait(until) => {
                reviewed.updates.insert(id, fallback.unchanged(until));
            }
        }
    }
    reviewed
}

/// The subscriptions of an account.
struct Payers<'a> {
    account: AccountId,
    rules: Option<AccountRules>,
    balances: &'a mut [SubscriptionBalance],
    at: Timestamp,
}

impl Payers<'_> {
    fn charge(
        &self,
        message_id: MessageId,
        subscription_id: SubscriptionId,
        credits: Credits,
    ) -> MessageCharge {
        MessageCharge {
            account_id: self.account,
            subscription_id,
            message_id,
            credits,
            at: self.at,
        }
    }
}

impl ReviewedFallbacks {
    /// Refunds what is charged too much, or debits what is missing if a subscription covers it.
    fn charge(
        &mut self,
        messages: Vec<&mut CodeMessage>,
        owing: Option<&CodeMessage>,
        payers: Payers<'_>,
    ) {
        let charged = charged(messages.iter().map(|message| &**message));
        let owed = owing.map_or(Credits::ZERO, |message| message.price);
        if let Some(excess) = charged.checked_sub(owed) {
            self.refund(messages, excess, payers);
        } else if let (Some(owing), Some(missing)) = (owing, owed.checked_sub(charged)) {
            let owing = messages.into_iter().find(|message| message.id == owing.id);
            if let Some(message) = owing {
                self.debit(message, missing, payers);
            }
        }
    }

    fn debit(&mut self, message: &mut CodeMessage, missing: Credits, payers: Payers<'_>) {
        let Some(payer) = message.subscription_id else {
            return;
        };
        let Some(after) = subscription::pay_again(payers.balances, payer, missing) else {
            return;
        };
        let rules = payers.rules.unwrap_or_default();
        let low_balance = rules.low_balance;
        // There is no request whose language could be used.
        let notice = low_balance.announce(payers.account, after, None, payers.at);
        let event = notice.as_ref().and_then(WebhookEvent::of_notice);
        self.webhook_events.extend(rules.wanted_events.keep(event));
        let after = *after;
        self.notices.extend(notice);
        self.balances.insert(after.id, after);
        message.subscription_id = Some(after.id);
        let charge = message.charge().saturating_add(missing);
        self.set(message, charge);
        let charge = payers.charge(message.id, after.id, missing);
        self.ledger.push(charge.debit());
    }

    /// Refunds first the messages that did not arrive.
    fn refund(
        &mut self,
        mut messages: Vec<&mut CodeMessage>,
        mut excess: Credits,
        payers: Payers<'_>,
    ) {
        messages.sort_by_key(|message| message.has_arrived());
        for message in messages {
            let part = message.charge().min(excess);
            if part == Credits::ZERO {
                continue;
            }
            let rest = excess.checked_sub(part).unwrap_or(Credits::ZERO);
            let charge = message.charge().checked_sub(part);
            let Some(payer) = message.subscription_id else {
                continue;
            };
            let Some(after) = subscription::give_back(payers.balances, payer, part) else {
                continue;
            };
            excess = rest;
            self.set(message, charge.unwrap_or(Credits::ZERO));
            self.balances.insert(after.id, after);
            let refunded = payers.charge(message.id, payer, part);
            self.ledger.extend(refunded.refund(after.is_revoked));
        }
    }

    fn set(&mut self, message: &mut CodeMessage, charge: Credits) {
        message.shared_charge = Some(charge);
        self.charges.insert(message.id, (&*message).into());
    }
}

impl Fallback {
    fn unchanged(&self, look_at: Timestamp) -> FallbackUpdate {
        FallbackUpdate {
            next_step: self.next_step,
            next_at: self.next_at,
            look_at,
        }
    }
}
