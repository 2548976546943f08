//! Explanation: the verdict that admission would give on an attempt, with all facts behind it.

use std::time::Duration;

use crate::cooldown;
use crate::credits::Credits;
use crate::send::admission::{Admission, decide};
use crate::send::{SendAttempt, SendFacts};

/// The verdict on an attempt and its facts. A fact is included even if an earlier rule refuses the
/// attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The verdict.
    pub admission: Admission,
    /// Whether the recipient has opted out of the account's messages.
    pub opted_out: bool,
    /// The rest of the recipient's cooldown.
    pub wait: Duration,
    /// The credits left to the account, over all its subscriptions.
    pub balance: Credits,
}

/// Explains one attempt by the rules that admit it.
pub fn explain(attempt: &SendAttempt, facts: &SendFacts) -> Explanation {
    let retry_at = cooldown::retry_at(facts.sends(attempt), attempt.at);
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
