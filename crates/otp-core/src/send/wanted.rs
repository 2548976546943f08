//! The facts a store has to look up before a batch can be judged: each one once, in ascending
//! order.

use std::collections::{BTreeMap, BTreeSet};

use crate::cooldown;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, ApiKeyId, VerificationId};
use crate::sealing::RecipientIndex;
use crate::send::SendAttempt;
use crate::time::Timestamp;
use crate::verification::{GUESS_MEMORY, VerificationPart};

/// The facts a batch needs. Each one appears once: a fact loaded twice would count twice.
#[derive(Debug, Default)]
pub struct WantedFacts {
    /// The accounts, to be locked in this order; their balances are needed.
    pub accounts: BTreeSet<AccountId>,
    /// The idempotency keys; the messages they created are needed.
    pub idempotency_keys: BTreeSet<(ApiKeyId, IdempotencyKey)>,
    /// The recipients; their opt-outs are needed, and their non-failed messages since this instant.
    pub recipients: BTreeMap<(AccountId, RecipientIndex), Timestamp>,
    /// The recipients of verifications; their pending verifications are needed, and their wrong guesses
    /// after this instant. Empty in a batch of plain sends, for which a store then looks nothing up.
    pub verified: BTreeMap<(AccountId, RecipientIndex), Timestamp>,
    /// The verifications whose code is sent again.
    pub resent: BTreeSet<VerificationId>,
    /// Those of them whose fallback takes a step; the fallbacks are needed.
    pub fallbacks: BTreeSet<VerificationId>,
}

impl WantedFacts {
    /// Collects the facts these attempts need.
    pub fn of(attempts: &[SendAttempt]) -> Self {
        let mut wanted = Self::default();
        for attempt in attempts {
            wanted.accounts.insert(attempt.account_id);
            let key = attempt.idempotency_key.map(|key| (attempt.api_key_id, key));
            wanted.idempotency_keys.extend(key);
            want_since(
                &mut wanted.recipients,
                attempt,
                attempt.at - cooldown::HORIZON,
            );
            wanted.add_verification(attempt);
        }
        wanted
    }

    fn add_verification(&mut self, attempt: &SendAttempt) {
        let Some(part) = &attempt.verification else {
            return;
        };
        match part {
            VerificationPart::Create(_) => {}
            VerificationPart::Resend(id) => {
                self.resent.insert(*id);
            }
            VerificationPart::Fallback(id, _) => {
                self.resent.insert(*id);
                self.fallbacks.insert(*id);
            }
        }
        want_since(&mut self.verified, attempt, attempt.at - GUESS_MEMORY);
    }
}

/// Wants what concerns the attempt's recipient from `since` on, or from an earlier instant that is wanted
/// already.
fn want_since(
    wanted: &mut BTreeMap<(AccountId, RecipientIndex), Timestamp>,
    attempt: &SendAttempt,
    since: Timestamp,
) {
    wanted
        .entry((attempt.account_id, attempt.recipient_index))
        .and_modify(|earliest| *earliest = since.min(*earliest))
        .or_insert(since);
}
