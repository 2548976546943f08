//! Admission: decides whether a message may be sent, checking the refusals in the order of the
//! API's contract.

use std::collections::BTreeMap;

use crate::account::AccountStanding;
use crate::cooldown;
use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::SubscriptionId;
use crate::notice::MailNotice;
use crate::send::facts::{FirstAnswer, SendFacts};
use crate::send::{Refusal, RoutedTo, SendAttempt};
use crate::subscription::{self, SubscriptionBalance};

/// The verdict on one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is paid for and recorded as `Pending`. The caller now delivers it, once.
    Admitted,
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
    /// The debits to append, one for each new message, in their order.
    pub ledger: Vec<LedgerEntry>,
    /// The new balance of each subscription that paid, with what was announced of it.
    pub balances: BTreeMap<SubscriptionId, SubscriptionBalance>,
    /// The notices to account holders, to be written with the debits.
    pub notices: Vec<MailNotice>,
}

/// A message to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The index of its attempt in the batch.
    pub attempt: usize,
    /// The sender, the template and the language.
    pub routed_to: RoutedTo,
    /// The subscription that pays.
    pub subscription_id: SubscriptionId,
}

/// Judges a batch one by one, each attempt with the effects of its predecessors.
pub fn judge(attempts: &[SendAttempt], mut facts: SendFacts) -> Judged {
    let mut judged = Judged::default();
    for (index, attempt) in attempts.iter().enumerate() {
        let admission = match decide(attempt, &facts) {
            Ok((routed_to, mut after)) => {
                judged
                    .notices
                    .extend(facts.rules(attempt).low_balance.announce(
                        attempt.account_id,
                        &mut after,
                        attempt.notice_language,
                        attempt.at,
                    ));
                facts.take_in(attempt, after);
                judged.ledger.push(LedgerEntry {
                    account_id: attempt.account_id,
                    subscription_id: after.id,
                    message_id: Some(attempt.message_id),
                    kind: EntryKind::Debit,
                    credits: attempt.price,
                    at: attempt.at,
                });
                judged.balances.insert(after.id, after);
                judged.messages.push(NewMessage {
                    attempt: index,
                    routed_to,
                    subscription_id: after.id,
                });
                Admission::Admitted
            }
            Err(admission) => admission,
        };
        judged.admissions.push(admission);
    }
    judged
}

/// Judges one attempt: replay, standing of the account, route, opt-out, cooldown, balance, in this
/// order. Returns the route and the payer's new balance if it is admitted, its answer otherwise.
pub(super) fn decide(
    attempt: &SendAttempt,
    facts: &SendFacts,
) -> Result<(RoutedTo, SubscriptionBalance), Admission> {
    if let Some(first) = facts.first_answer(attempt) {
        return Err(Admission::Replayed(first));
    }
    let refuse = |refusal| Err(Admission::Refused(refusal));
    match facts.rules(attempt).standing {
        AccountStanding::Open => {}
        AccountStanding::Restricted => return refuse(Refusal::AccountRestricted),
        AccountStanding::Closed => return refuse(Refusal::AccountClosed),
    }
    let routed_to = match &attempt.route {
        Ok(routed_to) => routed_to,
        Err(refusal) => return refuse(*refusal),
    };
    if facts.has_opted_out(attempt) {
        return refuse(Refusal::RecipientOptedOut);
    }
    if let Some(retry_at) = cooldown::retry_at(facts.sends(attempt), attempt.at)
        && attempt.at < retry_at
    {
        return refuse(Refusal::CoolingDown { retry_at });
    }
    match debit(facts.balances(attempt), attempt.price) {
        Some(after) => Ok((routed_to.clone(), after)),
        None => refuse(Refusal::InsufficientBalance),
    }
}

/// Returns the subscription that pays, with its new balance.
fn debit(balances: &[SubscriptionBalance], price: Credits) -> Option<SubscriptionBalance> {
    let payer = subscription::payer(balances, price)?;
    let remaining = payer.remaining.checked_sub(price)?;
    Some(SubscriptionBalance { remaining, ..payer })
}

#[cfg(test)]
mod tests;
