//! Settlement: applies outcomes to admitted messages. The provider's answer, its receipts and the
//! end of a message's lifetime are all judged here by one rule: a status only moves forward.

use std::collections::{BTreeMap, HashMap};

use crate::account::AccountRules;
use crate::credits::Credits;
use crate::credits::ledger::{LedgerEntry, MessageCharge};
use crate::ids::{AccountId, MessageId, SubscriptionId, VerificationId};
use crate::message::{EventSource, ExpiryPosition, Failure, MessageEvent, MessageStatus};
use crate::notice::MailNotice;
use crate::sealing::SealedProviderMessageId;
use crate::subscription::{self, SubscriptionBalance};
use crate::time::Timestamp;
use crate::verification::fallback::FallbackWake;
use crate::webhook::{WantedEvents, WebhookEvent};

/// An outcome of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider accepted it.
    Accepted(SealedProviderMessageId),
    /// The provider refused it permanently, or it was certainly not sent.
    Failed(Failure),
    /// It may have been sent: it stays `Pending` until a receipt arrives or it expires.
    Unknown,
    /// A receipt reports that it was sent, delivered, read or deleted.
    Reported(MessageStatus),
    /// A receipt reports that it failed.
    ReportedFailed(Failure),
    /// Its lifetime is over: it fails if it is still pending.
    Expired,
}

/// The outcome of an admitted message, to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The message.
    pub message_id: MessageId,
    /// The account of the message, which a store locks if credits may move.
    pub account_id: AccountId,
    /// The outcome.
    pub outcome: Outcome,
    /// The time it happened, by the provider's clock, if the provider reported it.
    pub provider_time: Option<Timestamp>,
    /// The time it was recorded.
    pub at: Timestamp,
}

impl Outcome {
    /// Returns the status it leads to.
    pub fn status(&self) -> MessageStatus {
        match self {
            Self::Accepted(_) => MessageStatus::Sent,
            Self::Unknown => MessageStatus::Pending,
            Self::Failed(_) | Self::ReportedFailed(_) | Self::Expired => MessageStatus::Failed,
            Self::Reported(status) => *status,
        }
    }

    /// Returns its source.
    pub fn source(&self) -> EventSource {
        match self {
            Self::Accepted(_) | Self::Failed(_) | Self::Unknown => EventSource::ProviderCall,
            Self::Reported(_) | Self::ReportedFailed(_) => EventSource::ProviderReceipt,
            Self::Expired => EventSource::LifetimeEnd,
        }
    }

    /// Returns whether it answers the first request. Receipts and the end of the lifetime do not.
    fn is_answer(&self) -> bool {
        self.source() == EventSource::ProviderCall
    }

    /// Returns whether it moves a message of this status.
    fn moves(&self, status: MessageStatus) -> bool {
        let expires_too_late = *self == Self::Expired && status != MessageStatus::Pending;
        !expires_too_late && status.may_become(self.status())
    }

    /// Returns whether it may move credits, for which the account has to be locked: a failure is
    /// refunded, and a delivery after a failure is paid for again.
    pub fn may_move_credits(&self) -> bool {
        match self {
            Self::Accepted(_) | Self::Unknown => false,
            Self::Reported(status) => *status != MessageStatus::Sent,
            Self::Failed(_) | Self::ReportedFailed(_) | Self::Expired => true,
        }
    }

    fn failure(&self) -> Option<Failure> {
        match self {
            Self::Failed(failure) | Self::ReportedFailed(failure) => Some(failure.clone()),
            Self::Expired => Some(Failure {
                code: None,
                title: "Expired".to_owned(),
                reason: "The provider did not report the outcome of the message in time."
                    .to_owned(),
            }),
            Self::Accepted(_) | Self::Unknown | Self::Reported(_) => None,
        }
    }
}

/// The state of a message before it is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageState {
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Its status.
    pub status: MessageStatus,
    /// The answer to the first request, if it was answered.
    pub first_answer: Option<MessageStatus>,
    /// Its price.
    pub price: Credits,
    /// The subscription that paid; `None` if the message cost nothing.
    pub subscription_id: Option<SubscriptionId>,
    /// The end of its lifetime.
    pub expires_at: Timestamp,
    /// Whether its recipient is erased. If so, nothing that identifies the recipient is recorded.
    pub is_erased: bool,
    /// The verification whose code it carries, if any.
    pub verification_id: Option<VerificationId>,
    /// Whether it shares its charge with other messages of a fallback. Then no outcome moves credits: the
    /// [review](crate::verification::fallback::review) of the fallback does.
    pub shares_charge: bool,
    /// The events that the account's endpoints want.
    pub wanted_events: WantedEvents,
}

/// The facts needed to settle a batch: the messages, locked, and all subscriptions of the accounts
/// whose credits may move, including spent ones.
#[derive(Debug, Default)]
pub struct SettlementFacts {
    /// The rules of the accounts whose credits may move; an account without rules has the default
    /// ones.
    pub rules: HashMap<AccountId, AccountRules>,
    /// The messages by id. Settlements of a missing message are skipped.
    pub messages: HashMap<MessageId, MessageState>,
    /// The balances of the accounts' subscriptions.
    pub balances: HashMap<AccountId, Vec<SubscriptionBalance>>,
}

/// The rows a store has to write.
#[derive(Debug, Default)]
pub struct Settled {
    /// The new state of each message: one update per message, however many outcomes it had.
    pub updates: BTreeMap<MessageId, MessageUpdate>,
    /// The messages that are no longer `Pending`.
    pub decided: Vec<ExpiryPosition>,
    /// The events to append, in their order. A store leaves out an event if its message already has
    /// one of the same status and source.
    pub events: Vec<(MessageId, MessageEvent)>,
    /// The refunds and debits to append, in their order.
    pub ledger: Vec<LedgerEntry>,
    /// The new balance of each subscription that changed, and which notices about it were announced.
    pub balances: BTreeMap<SubscriptionId, SubscriptionBalance>,
    /// The notices to account holders, to be written with the debits.
    pub notices: Vec<MailNotice>,
    /// The verifications whose fallback, if they have one, has to be looked at now.
    pub fallback_wakes: BTreeMap<VerificationId, FallbackWake>,
    /// The events for the accounts' endpoints.
    pub webhook_events: Vec<WebhookEvent>,
}

/// The new state of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageUpdate {
    /// Its status.
    pub status: MessageStatus,
    /// The answer to the first request; `None` while that is in progress.
    pub first_answer: Option<MessageStatus>,
    /// The subscription that pays; `None` if the message costs nothing.
    pub subscription_id: Option<SubscriptionId>,
    /// The provider's id, if this batch has one; otherwise the stored id remains.
    pub provider_message_id: Option<SealedProviderMessageId>,
    /// The change of the failure fields.
    pub failure: FailureChange,
    /// The time of the message's last change.
    pub at: Timestamp,
}

/// The change of a message's failure fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureChange {
    /// The fields remain as they are.
    Keep,
    /// The message failed at this time. `None` if its recipient is erased: the provider's texts may name
    /// the recipient.
    Record(Option<Failure>, Timestamp),
    /// The message did not fail, contrary to an earlier report: the fields are cleared.
    Clear,
}

/// Judges a batch of outcomes, one by one. A status only moves forward; the first answer is set
/// once. A message that becomes `Failed` is refunded; one that is delivered after it had failed is
/// paid for again, if a subscription covers the price. A message that does not change has no
/// update.
///
/// An outcome that moves a message or answers its request is an event of its timeline. So is every
/// receipt: a late one moves nothing, but records when something happened.
pub fn judge(settlements: &[Settlement], mut facts: SettlementFacts) -> Settled {
    let mut settled = Settled::default();
    for settlement in settlements {
        let Some(message) = facts.messages.get_mut(&settlement.message_id) else {
            continue;
        };
        // Only the settlement's account is locked, so no other account's credits may move.
        if message.account_id != settlement.account_id {
            continue;
        }
        let outcome = &settlement.outcome;
        let answers = outcome.is_answer() && message.first_answer.is_none();
        let moves = outcome.moves(message.status);
        if moves || answers || outcome.source() == EventSource::ProviderReceipt {
            settled.add_event(settlement, message, moves);
        }
        if !moves && !answers {
            continue;
        }
        if answers {
            message.first_answer = Some(outcome.status());
        }
        let mut failure = FailureChange::Keep;
        if moves {
            let before = std::mem::replace(&mut message.status, outcome.status());
            if before == MessageStatus::Pending {
                settled.decided.push(ExpiryPosition {
                    expires_at: message.expires_at,
                    message_id: settlement.message_id,
                });
            }
            let balances = facts.balances.entry(message.account_id).or_default();
            settled.wake_fallback(settlement, message);
            settled.add_webhook_event(settlement, message);
            match (before, message.status) {
                (_, MessageStatus::Failed) => {
                    if let Some(why) = outcome.failure() {
                        let why = Some(why).filter(|_| !message.is_erased);
                        failure = FailureChange::Record(why, settlement.at);
                    }
                    if message.shares_charge {
                        settled.update(settlement, message, failure);
                        continue;
                    }
                    let payer = message.subscription_id;
                    let after =
                        payer.and_then(|id| subscription::give_back(balances, id, message.price));
                    settled.credit(settlement, message, after);
                }
                (MessageStatus::Failed, MessageStatus::Delivered | MessageStatus::Read)
                    if !message.shares_charge =>
                {
                    failure = FailureChange::Clear;
                    let rules = facts.rules.get(&message.account_id);
                    let rules = rules.copied().unwrap_or_default();
                    let payer = message.subscription_id;
                    let paid =
                        payer.and_then(|id| subscription::pay_again(balances, id, message.price));
                    let paid = paid.map(|after| {
                        let (account, at) = (message.account_id, settlement.at);
                        // There is no request whose language could be used.
                        let notice = rules.low_balance.announce(account, after, None, at);
                        let event = notice.as_ref().and_then(WebhookEvent::of_notice);
                        let wanted = message.wanted_events.keep(event);
                        settled.webhook_events.extend(wanted);
                        settled.notices.extend(notice);
                        *after
                    });
                    settled.debit(settlement, message, paid);
                }
                (MessageStatus::Failed, _) => failure = FailureChange::Clear,
                (
                    MessageStatus::Pending
                    | MessageStatus::Sent
                    | MessageStatus::Delivered
                    | MessageStatus::Read
                    | MessageStatus::Deleted,
                    _,
                ) => {}
            }
        }
        settled.update(settlement, message, failure);
    }
    settled
}

impl Settled {
    fn add_event(&mut self, settlement: &Settlement, message: &MessageState, changed_status: bool) {
        let failure = settlement.outcome.failure();
        let event = MessageEvent {
            status: settlement.outcome.status(),
            source: settlement.outcome.source(),
            changed_status,
            provider_time: settlement.provider_time,
            recorded_at: settlement.at,
            failure: failure.filter(|_| !message.is_erased),
        };
        self.events.push((settlement.message_id, event));
    }

    /// A failure may call for the next step of a fallback, and whatever happens to a message with a shared
    /// charge may change what is owed.
    fn wake_fallback(&mut self, settlement: &Settlement, message: &MessageState) {
        let Some(verification) = message.verification_id else {
            return;
        };
        if message.shares_charge || message.status == MessageStatus::Failed {
            let wake = FallbackWake {
                account_id: message.account_id,
                reopens: message.shares_charge,
                at: settlement.at,
            };
            let known = self.fallback_wakes.entry(verification).or_insert(wake);
            known.reopens |= wake.reopens;
        }
    }

    fn add_webhook_event(&mut self, settlement: &Settlement, message: &MessageState) {
        let (account, id) = (message.account_id, settlement.message_id);
        let event = WebhookEvent::of_message(account, id, message.status, settlement.at);
        self.webhook_events
            .extend(message.wanted_events.keep(event));
    }

    fn credit(
        &mut self,
        settlement: &Settlement,
        message: &MessageState,
        after: Option<SubscriptionBalance>,
    ) {
        let Some(after) = after else { return };
        self.balances.insert(after.id, after);
        let charge = charge(settlement, message, after);
        self.ledger.extend(charge.refund(after.is_revoked));
    }

    fn debit(
        &mut self,
        settlement: &Settlement,
        message: &mut MessageState,
        after: Option<SubscriptionBalance>,
    ) {
        let Some(after) = after else { return };
        message.subscription_id = Some(after.id);
        self.balances.insert(after.id, after);
        self.ledger.push(charge(settlement, message, after).debit());
    }

    /// Replaces the state that earlier outcomes of the batch gave the message.
    fn update(&mut self, settlement: &Settlement, message: &MessageState, failure: FailureChange) {
        let update = self
            .updates
            .entry(settlement.message_id)
            .or_insert(MessageUpdate {
                status: message.status,
                first_answer: None,
                subscription_id: message.subscription_id,
                provider_message_id: None,
                failure: FailureChange::Keep,
                at: settlement.at,
            });
        update.status = message.status;
        update.first_answer = message.first_answer;
        update.subscription_id = message.subscription_id;
        update.at = settlement.at;
        if let Outcome::Accepted(id) = &settlement.outcome {
            update.provider_message_id = Some(SealedProviderMessageId {
                index: id.index,
                sealed: id.sealed.clone().filter(|_| !message.is_erased),
            });
        }
        if failure != FailureChange::Keep {
            update.failure = failure;
        }
    }
}

/// Returns the price of a message, as the charge of a subscription.
fn charge(
    settlement: &Settlement,
    message: &MessageState,
    payer: SubscriptionBalance,
) -> MessageCharge {
    MessageCharge {
        account_id: message.account_id,
        subscription_id: payer.id,
        message_id: settlement.message_id,
        credits: message.price,
        at: settlement.at,
    }
}

#[cfg(test)]
mod tests;
