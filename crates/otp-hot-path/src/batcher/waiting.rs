//! Round-robin over waiting accounts, one call per turn.

use std::collections::{HashMap, VecDeque};

use otp_core::ids::AccountId;

use super::Call;

/// The calls that wait. Those of one account are in the order of arrival.
pub(super) struct Waiting<T, R> {
    by_account: HashMap<AccountId, VecDeque<Call<T, R>>>,
    /// The accounts that have calls, the next one first.
    turns: VecDeque<AccountId>,
}

impl<T, R> Default for Waiting<T, R> {
    fn default() -> Self {
        Self {
            by_account: HashMap::new(),
            turns: VecDeque::new(),
        }
    }
}

impl<T, R> Waiting<T, R> {
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(super) fn add(&mut self, call: Call<T, R>) {
        let calls = self.by_account.entry(call.account).or_default();
        if calls.is_empty() {
            self.turns.push_back(call.account);
        }
        calls.push_back(call);
    }

    /// Returns a call that was taken. It is the next one of its account.
    pub(super) fn put_back(&mut self, call: Call<T, R>) {
        let calls = self.by_account.entry(call.account).or_default();
        if calls.is_empty() {
            self.turns.push_back(call.account);
        }
        calls.push_front(call);
    }

    /// Removes the calls of an account.
    pub(super) fn remove(&mut self, account: AccountId) -> VecDeque<Call<T, R>> {
        self.turns.retain(|turn| *turn != account);
        self.by_account.remove(&account).unwrap_or_default()
    }

    /// Takes the next batch: at least one call, and at most `max_items` items unless a single call
    /// has more. An account with a single call waits for one batch, even behind an account with
    /// thousands.
    pub(super) fn take(&mut self, max_items: usize) -> Vec<Call<T, R>> {
        let mut batch = Vec::new();
        let mut items = 0;
        while let Some(account) = self.turns.pop_front() {
            let Some(calls) = self.by_account.get_mut(&account) else {
                continue;
            };
            let fits =
                |call: &Call<T, R>| batch.is_empty() || items + call.items.len() <= max_items;
            let Some(call) = calls.pop_front_if(|call| fits(call)) else {
                self.turns.push_front(account);
                break;
            };
            items += call.items.len();
            batch.push(call);
            if calls.is_empty() {
                self.by_account.remove(&account);
            } else {
                self.turns.push_back(account);
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::oneshot;
    use tokio::time::Instant;
    use uuid::Uuid;

    use super::super::slots::Slots;
    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId(Uuid::from_u128(number))
    }

    /// Adds calls `(account, number, items)`, takes batches until none waits, and compares the
    /// numbers.
    #[track_caller]
    fn check(calls: &[(u128, u32, usize)], max_items: usize, expected: &[&[u32]]) {
        let slots = Slots::new(100);
        let mut waiting = Waiting::default();
        for (of, number, items) in calls {
            let (reply, _) = oneshot::channel::<Result<Vec<()>, _>>();
            waiting.add(Call {
                account: account(*of),
                items: Arc::from(vec![*number; *items]),
                reply,
                since: Instant::now(),
                _slot: slots.try_acquire(account(*of)).expect("a slot"),
            });
        }
        let mut batches = Vec::new();
        while !waiting.is_empty() {
            let batch = waiting.take(max_items);
            batches.push(batch.iter().map(|call| call.items[0]).collect::<Vec<_>>());
        }
        assert_eq!(batches, expected);
    }

    #[test]
    fn an_account_with_one_call_does_not_wait_for_all_calls_of_another() {
        let calls = [(1, 10, 1), (1, 11, 1), (1, 12, 1), (1, 13, 1), (2, 20, 1)];
        check(&calls, 2, &[&[10, 20], &[11, 12], &[13]]);
    }

    #[test]
    fn turns_continue_across_batches() {
        let calls = [(1, 10, 1), (2, 20, 1), (3, 30, 1), (1, 11, 1), (2, 21, 1)];
        check(&calls, 2, &[&[10, 20], &[30, 11], &[21]]);
    }

    #[test]
    fn a_batch_has_at_most_the_limit_of_items_and_at_least_one_call() {
        let calls = [(1, 10, 3), (1, 11, 3), (1, 12, 1), (1, 13, 9), (1, 14, 1)];
        check(&calls, 4, &[&[10], &[11, 12], &[13], &[14]]);
    }
}
