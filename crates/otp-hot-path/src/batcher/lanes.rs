//! Two lanes of batches.
//!
//! The first lane runs the calls of all accounts. Another process may hold the lock of one account, and
//! may be stopped while it does. The calls of such an account move to the second lane, and so do those
//! that arrive later, until the last of them is answered: the first lane does not wait for that account
//! again, and its calls stay in their order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::ports::PortError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::waiting::Waiting;
use super::{Call, RunBatch, run_batch};

/// A call whose account stays locked fails after this time in the queue. A store closes the transaction
/// of a stopped process sooner.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the calls until their queue is closed and empty.
pub(super) async fn run<T, R>(
    mut calls: UnboundedReceiver<Call<T, R>>,
    run: Arc<RunBatch<T, R>>,
    max_batch: usize,
) where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    let (queue, locked) = unbounded_channel();
    let (answered, mut answers) = unbounded_channel();
    tokio::spawn(run_locked(locked, answered, Arc::clone(&run), max_batch));
    let mut first = FirstLane {
        waiting: Waiting::default(),
        second: queue,
        locked: HashMap::new(),
    };
    let mut is_open = true;
    loop {
        while let Ok(answered) = answers.try_recv() {
            first.note_answers(answered);
        }
        while let Ok(call) = calls.try_recv() {
            first.add(call);
        }
        if !first.waiting.is_empty() {
            let locked = run_batch(&run, first.waiting.take(max_batch)).await;
            first.move_to_second(locked);
            continue;
        }
        tokio::select! {
            call = calls.recv(), if is_open => match call {
                Some(call) => first.add(call),
                None => is_open = false,
            },
            Some(answered) = answers.recv(), if !first.locked.is_empty() => {
                first.note_answers(answered);
            }
            else => break,
        }
    }
}

struct FirstLane<T, R> {
    waiting: Waiting<T, R>,
    /// The queue of the second lane.
    second: UnboundedSender<Call<T, R>>,
    /// The accounts in the second lane, with the number of their calls there.
    locked: HashMap<AccountId, usize>,
}

impl<T, R> FirstLane<T, R> {
    fn add(&mut self, call: Call<T, R>) {
        if self.locked.contains_key(&call.account) {
            self.send_to_second(call);
        } else {
            self.waiting.add(call);
        }
    }

    /// Moves these calls to the second lane, and then the other calls of their accounts.
    fn move_to_second(&mut self, calls: Vec<Call<T, R>>) {
        let accounts: Vec<_> = calls.iter().map(|call| call.account).collect();
        calls.into_iter().for_each(|call| self.send_to_second(call));
        for account in accounts {
            for call in self.waiting.remove(account) {
                self.send_to_second(call);
            }
        }
    }

    fn send_to_second(&mut self, call: Call<T, R>) {
        *self.locked.entry(call.account).or_default() += 1;
        // The second lane ends after this one.
        drop(self.second.send(call));
    }

    fn note_answers(&mut self, (account, answered): (AccountId, usize)) {
        if let Some(count) = self.locked.get_mut(&account) {
            *count -= answered;
            if *count == 0 {
                self.locked.remove(&account);
            }
        }
    }
}

/// Runs the calls of locked accounts, and reports how many calls of each account are answered. The store
/// waits a moment for a lock, so an account that stays locked is asked for a few times a second.
async fn run_locked<T, R>(
    mut calls: UnboundedReceiver<Call<T, R>>,
    answered: UnboundedSender<(AccountId, usize)>,
    run: Arc<RunBatch<T, R>>,
    max_batch: usize,
) where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    let mut waiting = Waiting::default();
    while let Some(call) = calls.recv().await {
        waiting.add(call);
        while !waiting.is_empty() {
            while let Ok(call) = calls.try_recv() {
                waiting.add(call);
            }
            let batch = waiting.take(max_batch);
            let mut taken = HashMap::<AccountId, usize>::new();
            for call in &batch {
                *taken.entry(call.account).or_default() += 1;
            }
            for call in run_batch(&run, batch).await.into_iter().rev() {
                if call.since.elapsed() < PATIENCE {
                    *taken.entry(call.account).or_default() -= 1;
                    waiting.put_back(call);
                } else {
                    call.answer(Err(still_locked()));
                }
            }
            for of_account in taken {
                // The first lane may have ended; then nobody asks.
                let _ = answered.send(of_account);
            }
        }
    }
}

fn still_locked() -> PortError {
    PortError::Unavailable("another transaction held the account's lock too long".into())
}
