//! Admission: decides whether a message may be sent, checking the refusals in the order of the
//! API's contract.

use std::collections::BTreeMap;

use crate::account::AccountStanding;
use crate::channel::Channel;
use crate::cooldown;
use crate::credits::Credits;
use crate::credits::ledger::{LedgerEntry, MessageCharge};
use crate::ids::{MessageId, SubscriptionId, VerificationId};
use crate::message::{MessageStatus, QueuedMessage};
use crate::notice::MailNotice;
use crate::send::facts::{FirstAnswer, SendFacts};
use crate::send::{Refusal, RoutedTo, SendAttempt};
use crate::subscription::{self, SubscriptionBalance};
use crate::time::Timestamp;
use crate::verification::check::VerificationUpdate;
use crate::verification::fallback::{
    CodeMessage, Fallback, FallbackTurn, FallbackUpdate, SharedCharge, charged, owed,
};
use crate::verification::{Ended, GUESSES_PER_CODE, VerificationPart, VerificationStatus};
use crate::webhook::WebhookEvent;

/// The verdict on one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is paid for and recorded as `Pending`. The caller now delivers it, once.
    Admitted,
    /// As [`Self::Admitted`], and it belongs to a verification.
    AdmittedCode {
        /// How many wrong guesses at the code are allowed.
        attempts_left: usize,
        /// The time from which the code may be sent again.
        resend_at: Timestamp,
    },
    /// Its idempotency key was used before. The caller repeats that answer and sends nothing.
    Replayed(FirstAnswer),
    /// It may not be sent; nothing is recorded.
    Refused(Refusal),
}

/// The result of judging a batch: the rows a store has to write, and the answers.
#[derive(Debug, Default)]
pub struct Judged {
    /// One verdict for each attempt, in their order.
    pub admissions: Vec<Admission>,
    /// The messages to insert as `Pending`.
    pub messages: Vec<NewMessage>,
    /// The debits to append, in the order of the messages. One that costs nothing, or that takes a step of a
    /// fallback and costs nothing more, has none.
    pub ledger: Vec<LedgerEntry>,
    /// The new balance of each subscription that paid, and which notices about it were announced.
    pub balances: BTreeMap<SubscriptionId, SubscriptionBalance>,
    /// The notices to account holders, to be written with the debits.
    pub notices: Vec<MailNotice>,
    /// The messages that wait for their hand-over, to be queued with the debits.
    pub queued: Vec<QueuedMessage>,
    /// The verifications to insert.
    pub verifications: Vec<BegunVerification>,
    /// The new state of each verification that an admission changed: replaced by a newer one of its
    /// recipient, or sent again.
    pub verification_updates: BTreeMap<VerificationId, VerificationUpdate>,
    /// The new state of each fallback of which a step was taken.
    pub fallbacks: BTreeMap<VerificationId, FallbackUpdate>,
    /// The costs of the messages that share a charge from now on: new ones, and those before them.
    pub shared_charges: BTreeMap<MessageId, SharedCharge>,
    /// The events for the accounts' endpoints.
    pub webhook_events: Vec<WebhookEvent>,
}

/// A verification to insert: the one of an attempt, with what admission decided of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BegunVerification {
    /// The index of its attempt in the batch.
    pub attempt: usize,
    /// The channel of its message.
    pub channel: Channel,
    /// The wrong guesses that it inherits from the verification it replaces.
    pub failed_guesses: usize,
}

/// A message to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The index of its attempt in the batch.
    pub attempt: usize,
    /// The sender, the template and the language.
    pub routed_to: RoutedTo,
    /// The subscription that pays; `None` if the message costs nothing.
    pub subscription_id: Option<SubscriptionId>,
}

/// The payment of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payment {
    /// The subscription that pays; `None` if the message costs nothing.
    subscription_id: Option<SubscriptionId>,
    /// The credits taken from it.
    credits: Credits,
    /// Its balance then; `None` if nothing is taken.
    after: Option<SubscriptionBalance>,
}

impl Payment {
    const NOTHING: Self = Self {
        subscription_id: None,
        credits: Credits::ZERO,
        after: None,
    };
}

/// Judges a batch one by one, each attempt with the effects of its predecessors.
pub fn judge(attempts: &[SendAttempt], mut facts: SendFacts) -> Judged {
    let mut judged = Judged::default();
    for (index, attempt) in attempts.iter().enumerate() {
        let admission = match decide(attempt, &facts) {
            Ok((routed_to, payment)) => {
                judged.admit(index, attempt, routed_to, payment, &mut facts)
            }
            Err(admission) => admission,
        };
        judged.admissions.push(admission);
    }
    judged
}

impl Judged {
    fn admit(
        &mut self,
        index: usize,
        attempt: &SendAttempt,
        routed_to: RoutedTo,
        payment: Payment,
        facts: &mut SendFacts,
    ) -> Admission {
        if let Some(mut after) = payment.after {
            let (account, at) = (attempt.account_id, attempt.at);
            let rules = facts.rules(attempt);
            let low_balance = rules.low_balance;
            let notice = low_balance.announce(account, &mut after, attempt.notice_language, at);
            let event = notice.as_ref().and_then(WebhookEvent::of_notice);
            self.webhook_events.extend(rules.wanted_events.keep(event));
            self.notices.extend(notice);
            self.balances.insert(after.id, after);
            let charge = MessageCharge {
                account_id: account,
                subscription_id: after.id,
                message_id: attempt.message_id,
                credits: payment.credits,
                at,
            };
            self.ledger.push(charge.debit());
            facts.pay(attempt, after);
        }
        facts.take_in(attempt);
        let code = self.take_verification(index, attempt, &routed_to, facts);
        self.queued.extend(queued(attempt));
        self.take_fallback(attempt, routed_to.channel(), payment, facts);
        self.messages.push(NewMessage {
            attempt: index,
            routed_to,
            subscription_id: payment.subscription_id,
        });
        code.unwrap_or(Admission::Admitted)
    }

    /// Records that an attempt took a step of a fallback, if it did. All messages of the verification share one
    /// charge from then on.
    fn take_fallback(
        &mut self,
        attempt: &SendAttempt,
        channel: Channel,
        payment: Payment,
        facts: &mut SendFacts,
    ) {
        let Some(VerificationPart::Fallback(id, step)) = attempt.verification else {
            return;
        };
        let message = CodeMessage {
            id: attempt.message_id,
            channel,
            status: MessageStatus::Pending,
            price: attempt.price,
            shared_charge: Some(payment.credits),
            subscription_id: payment.subscription_id,
        };
        if let Some((fallback, update)) = facts.take_step(attempt, step, message) {
            self.fallbacks.insert(id, update);
            let sharing = fallback.sharing();
            let charges = sharing.iter();
            let charges = charges.map(|message| (message.id, message.into()));
            self.shared_charges.extend(charges);
        }
    }

    /// Records the effects of an admission on verifications: a new one replaces the pending one of its
    /// recipient and inherits its wrong guesses, so a new code does not bring more guesses.
    ///
    /// `facts` have the message in them already. Returns the verdict on an attempt that belongs to a
    /// verification.
    fn take_verification(
        &mut self,
        index: usize,
        attempt: &SendAttempt,
        routed_to: &RoutedTo,
        facts: &mut SendFacts,
    ) -> Option<Admission> {
        let part = attempt.verification.as_ref()?;
        let channel = routed_to.channel();
        let state = match part {
            VerificationPart::Create(new) => {
                let replaced = facts.pending_verification(attempt).cloned();
                let failed_guesses = replaced.as_ref().map_or(0, |state| state.failed_guesses);
                if let Some(mut replaced) = replaced {
                    let update = replaced.with_status(VerificationStatus::Canceled, attempt.at);
                    let wanted = facts.rules(attempt).wanted_events;
                    self.webhook_events
                        .extend(wanted.keep(update.event(&replaced)));
                    // One that began in this batch is inserted first.
                    self.verification_updates.insert(replaced.id, update);
                    replaced.status = VerificationStatus::Canceled;
                    facts.add_verification(replaced);
                }
                self.verifications.push(BegunVerification {
                    attempt: index,
                    channel,
                    failed_guesses,
                });
                attempt.begun(new, channel, failed_guesses)
            }
            VerificationPart::Resend(id) | VerificationPart::Fallback(id, _) => {
                let mut state = facts.verification(attempt, *id)?.clone();
                state.channel = state.channel.weaker(channel);
                let update = state.with_status(state.status, attempt.at);
                self.verification_updates.insert(*id, update);
                state
            }
        };
        let attempts_left = facts.guess_budget(attempt, state.failed_guesses).left();
        facts.add_verification(state);
        let resend_at = cooldown::retry_at(facts.sends(attempt), attempt.at);
        Some(Admission::AdmittedCode {
            attempts_left,
            resend_at: resend_at.unwrap_or(attempt.at),
        })
    }
}

/// Judges one attempt: replay, standing of the account, verification, route, opt-out, guesses, cooldown,
/// balance, in this order. Returns the route and the payment if it is admitted, its answer otherwise.
pub(super) fn decide(
    attempt: &SendAttempt,
    facts: &SendFacts,
) -> Result<(RoutedTo, Payment), Admission> {
    if let Some(first) = facts.first_answer(attempt) {
        return Err(Admission::Replayed(first));
    }
    let refuse = |refusal| Err(Admission::Refused(refusal));
    match facts.rules(attempt).standing {
        AccountStanding::Open => {}
        AccountStanding::Restricted => return refuse(Refusal::AccountRestricted),
        AccountStanding::Closed => return refuse(Refusal::AccountClosed),
    }
    let failed_guesses = match &attempt.verification {
        None | Some(VerificationPart::Create(_)) => 0,
        Some(VerificationPart::Fallback(id, step)) => {
            let turn = facts.fallback_turn(attempt, *id);
            if turn != Some(FallbackTurn::Take(*step)) {
                return refuse(Refusal::FallbackNotDue);
            }
            0
        }
        Some(VerificationPart::Resend(id)) => {
            let Some(state) = facts.verification(attempt, *id) else {
                return refuse(Refusal::VerificationNotFound);
            };
            match state.status_at(attempt.at).ended() {
                None => state.failed_guesses,
                // Refused below like a check, whatever has been forgotten since.
                Some(Ended::Exhausted) => GUESSES_PER_CODE,
                Some(Ended::Over(end)) => return refuse(Refusal::VerificationOver(end)),
            }
        }
    };
    let routed_to = match &attempt.route {
        Ok(routed_to) => routed_to,
        Err(refusal) => return refuse(*refusal),
    };
    if facts.has_opted_out(attempt) {
        return refuse(Refusal::RecipientOptedOut);
    }
    // A step of a fallback repeats a code that was admitted.
    if let Some(VerificationPart::Fallback(id, _)) = attempt.verification {
        let payment = facts
            .fallback(attempt, id)
            .and_then(|fallback| pay_for_step(attempt, fallback, facts.balances(attempt)));
        return match payment {
            Some(payment) => Ok((routed_to.clone(), payment)),
            None => refuse(Refusal::InsufficientBalance),
        };
    }
    let retry_at = cooldown::retry_at(facts.sends(attempt), attempt.at);
    if attempt.verification.is_some() {
        let budget = facts.guess_budget(attempt, failed_guesses);
        if budget.left() == 0 {
            let blocked_until = budget.blocked_until().max(retry_at);
            let retry_at = blocked_until.unwrap_or(attempt.at);
            return refuse(Refusal::TooManyAttempts { retry_at });
        }
    }
    if let Some(retry_at) = retry_at
        && attempt.at < retry_at
    {
        return refuse(Refusal::CoolingDown { retry_at });
    }
    if attempt.price == Credits::ZERO {
        return Ok((routed_to.clone(), Payment::NOTHING));
    }
    match debit(facts.balances(attempt), attempt.price) {
        Some(payment) => Ok((routed_to.clone(), payment)),
        None => refuse(Refusal::InsufficientBalance),
    }
}

/// Returns the payment for a step of a fallback: what the messages cost more with it than before.
fn pay_for_step(
    attempt: &SendAttempt,
    fallback: &Fallback,
    balances: &[SubscriptionBalance],
) -> Option<Payment> {
    let sharing = fallback.sharing();
    let charged = charged(&sharing);
    let owed = owed(&sharing, VerificationStatus::Pending).max(attempt.price);
    let more = owed.checked_sub(charged).unwrap_or(Credits::ZERO);
    if more > Credits::ZERO {
        return debit(balances, more);
    }
    let dearest = sharing.iter().max_by_key(|message| message.charge());
    Some(Payment {
        subscription_id: dearest?.subscription_id,
        credits: Credits::ZERO,
        after: None,
    })
}

/// Returns the place in the queue of an admitted message, if its route has one.
fn queued(attempt: &SendAttempt) -> Option<QueuedMessage> {
    let verification_id = attempt.verification_id();
    Some(QueuedMessage {
        message_id: attempt.message_id,
        account_id: attempt.account_id,
        verification_id: verification_id.filter(|_| attempt.is_queued())?,
        due_at: attempt.at,
    })
}

/// Returns the payment of a price by the subscription that pays.
fn debit(balances: &[SubscriptionBalance], price: Credits) -> Option<Payment> {
    let payer = subscription::payer(balances, price)?;
    let remaining = payer.remaining.checked_sub(price)?;
    Some(Payment {
        subscription_id: Some(payer.id),
        credits: price,
        after: Some(SubscriptionBalance { remaining, ..payer }),
    })
}

#[cfg(test)]
mod tests;
