//! Explanation: what admission would say of an attempt, and all it would say it by.

use std::time::Duration;

use crate::cooldown;
use crate::credits::Credits;
use crate::send::admission::{Admission, decide};
use crate::send::{SendAttempt, SendFacts};

/// What would become of an attempt. The facts are told also where an earlier rule refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The verdict.
    pub admission: Admission,
    /// Whether the recipient wants no messages of the account.
    pub opted_out: bool,
    /// How long the recipient is still cooling down.
    pub wait: Duration,
    /// What is left to the account, over all its subscriptions.
    pub balance: Credits,
}

/// Explains one attempt by the rules that admit it.
pub fn explain(attempt: &SendAttempt, facts: &SendFacts) -> Explanation {
    let retry_at = cooldown::retry_at(facts.sends(attempt));
    let balances = facts.balances(attempt).iter();
    Explanation {
        admission: decide(attempt, facts).map_or_else(|refused| refused, |_| Admission::Admitted),
        opted_out: facts.has_opted_out(attempt),
        wait: retry_at.map_or(Duration::ZERO, |retry_at| retry_at.since(attempt.at)),
        balance: balances.fold(Credits::ZERO, |sum, balance| {
            sum.saturating_add(balance.remaining)
        }),
    }
}
