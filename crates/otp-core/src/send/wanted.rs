//! The facts a store has to look up before a batch can be judged: each one once, in ascending
//! order.

use std::collections::{BTreeMap, BTreeSet};

use crate::cooldown;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, ApiKeyId};
use crate::sealing::RecipientIndex;
use crate::send::SendAttempt;
use crate::time::Timestamp;

/// The facts a batch needs. Each one appears once: a fact loaded twice would count twice.
#[derive(Debug, Default)]
pub struct WantedFacts {
    /// The accounts, to be locked in this order; their balances are needed.
    pub accounts: BTreeSet<AccountId>,
    /// The idempotency keys; the messages they created are needed.
    pub idempotency_keys: BTreeSet<(ApiKeyId, IdempotencyKey)>,
    /// The recipients; their opt-outs are needed, and their non-failed messages since this instant.
    pub recipients: BTreeMap<(AccountId, RecipientIndex), Timestamp>,
}

impl WantedFacts {
    /// Collects the facts these attempts need.
    pub fn of(attempts: &[SendAttempt]) -> Self {
        let mut wanted = Self::default();
        for attempt in attempts {
            wanted.accounts.insert(attempt.account_id);
            let key = attempt.idempotency_key.map(|key| (attempt.api_key_id, key));
            wanted.idempotency_keys.extend(key);
            let since = attempt.at - cooldown::HORIZON;
            wanted
                .recipients
                .entry((attempt.account_id, attempt.recipient_index))
                .and_modify(|earliest| *earliest = since.min(*earliest))
                .or_insert(since);
        }
        wanted
    }
}
