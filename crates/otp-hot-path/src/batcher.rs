//! Batches calls: the calls that arrive while one batch is running form the next one.

mod lanes;
mod slots;
mod waiting;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::ports::PortError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::shared_error::shared;
use slots::{Slot, Slots};

/// The time limit of a batch. A healthy store times out earlier, with its own error; this limit is
/// for a store that no longer answers, because every later batch would wait behind it.
pub(crate) const BATCH_DEADLINE: Duration = Duration::from_secs(15);

/// Runs a batch; returns one result for each item, in the order of the items.
pub(crate) type RunBatch<T, R> = Box<
    dyn Fn(Arc<[T]>) -> Pin<Box<dyn Future<Output = Result<Vec<R>, PortError>> + Send>>
        + Send
        + Sync,
>;

/// The bounds of a queue and its batches.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// The maximum number of items in a batch; a single call may have more.
    pub max_batch: usize,
    /// The maximum number of calls, waiting or running; half of them for one account. Beyond that,
    /// further admissions are refused and other calls wait for a slot.
    pub max_queue: usize,
}

impl BatchLimits {
    /// The limits used in production.
    pub const DEFAULT: Self = Self {
        max_batch: 256,
        max_queue: 8_192,
    };
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Batches calls of one kind.
pub(crate) struct Batcher<T, R> {
    /// Unbounded, because a call must hold a slot before it is queued.
    queue: mpsc::UnboundedSender<Call<T, R>>,
    slots: Slots,
}

/// A call that waits for its batch.
struct Call<T, R> {
    account: AccountId,
    items: Arc<[T]>,
    reply: oneshot::Sender<Result<Vec<R>, PortError>>,
    /// When it was queued.
    since: Instant,
    /// Released when the call is answered.
    _slot: Slot,
}

impl<T, R> Call<T, R> {
    fn answer(self, result: Result<Vec<R>, PortError>) {
        // A caller that is gone needs no answer; its work is done nevertheless.
        drop(self.reply.send(result));
    }
}

impl<T, R> Batcher<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts tasks on the current runtime that run the batches. They end when the batcher is dropped
    /// and its queue is empty.
    pub(crate) fn start(limits: BatchLimits, run: RunBatch<T, R>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(lanes::run(receiver, Arc::new(run), limits.max_batch));
        Self {
            queue: sender,
            slots: Slots::new(limits.max_queue),
        }
    }

    /// Adds a call to the next batch and waits for its results. If there is no slot, or none for
    /// this account, it returns `Unavailable` at once: a caller that retries later is better off
    /// than one that waits in memory.
    pub(crate) async fn try_call(
        &self,
        account: AccountId,
        items: Arc<[T]>,
    ) -> Result<Vec<R>, PortError> {
        let slot = self.slots.try_acquire(account)?;
        self.run_in(slot, account, items).await
    }

    /// Adds a call to the next batch and waits for its results. If there is no slot, it waits for
    /// one.
    pub(crate) async fn call(
        &self,
        account: AccountId,
        items: Arc<[T]>,
    ) -> Result<Vec<R>, PortError> {
        let slot = self.slots.acquire(account).await?;
        self.run_in(slot, account, items).await
    }

    /// Returns the number of calls that wait or are running.
    pub(crate) fn len(&self) -> usize {
        self.slots.in_use()
    }

    async fn run_in(
        &self,
        slot: Slot,
        account: AccountId,
        items: Arc<[T]>,
    ) -> Result<Vec<R>, PortError> {
        let (reply, result) = oneshot::channel();
        let call = Call {
            account,
            items,
            reply,
            since: Instant::now(),
            _slot: slot,
        };
        let abandoned = || PortError::Backend("the batch was abandoned".into());
        self.queue.send(call).map_err(|_| abandoned())?;
        result.await.unwrap_or_else(|_| Err(abandoned()))
    }
}

/// Runs all calls in one batch and answers them. If the batch fails and one of the calls may be the
/// cause, runs each call by itself. Returns the calls whose accounts another transaction has locked:
/// they are not answered, and the others did not wait for them.
async fn run_batch<T, R>(run: &RunBatch<T, R>, mut calls: Vec<Call<T, R>>) -> Vec<Call<T, R>>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    let mut locked = Vec::new();
    while !calls.is_empty() {
        match run_isolated(run, together(&calls)).await {
            Ok(results) => {
                let mut results = results.into_iter();
                for call in std::mem::take(&mut calls) {
                    let of_call = results.by_ref().take(call.items.len()).collect();
                    call.answer(Ok(of_call));
                }
            }
            Err(PortError::Locked(accounts)) => {
                let is_locked = |call: &Call<T, R>| accounts.contains(&call.account);
                let (out, others): (Vec<_>, Vec<_>) = calls.into_iter().partition(is_locked);
                // If it is none of them, all are locked out, so that the loop ends.
                let (out, others) = if out.is_empty() {
                    (others, out)
                } else {
                    (out, others)
                };
                locked.extend(out);
                calls = others;
            }
            // The store cannot be reached, so no call would succeed alone. It is unknown whether the
            // batch was committed, so nothing may be tried twice.
            Err(error @ PortError::Unavailable(_)) => {
                let error = Arc::new(error);
                for call in std::mem::take(&mut calls) {
                    call.answer(Err(shared(&error)));
                }
            }
            Err(error @ (PortError::Conflict(_) | PortError::Backend(_))) => {
                if let [_] = calls.as_slice() {
                    let call = calls.remove(0);
                    call.answer(Err(error));
                    break;
                }
                // The batch was rolled back, perhaps because of one call: the others must not fail
                // with it.
                for call in std::mem::take(&mut calls) {
                    if locked.iter().any(|other| other.account == call.account) {
                        locked.push(call);
                        continue;
                    }
                    match run_isolated(run, Arc::clone(&call.items)).await {
                        Err(PortError::Locked(_)) => locked.push(call),
                        result => call.answer(result),
                    }
                }
            }
        }
    }
    locked
}

fn together<T: Clone, R>(calls: &[Call<T, R>]) -> Arc<[T]> {
    match calls {
        [call] => Arc::clone(&call.items),
        calls => calls
            .iter()
            .flat_map(|call| call.items.iter().cloned())
            .collect(),
    }
}

/// Runs a batch as its own task, so that a panic in an adapter ends the batch and not the batcher.
/// A batch that takes too long is aborted; it is then unknown whether it was committed.
async fn run_isolated<T, R>(run: &RunBatch<T, R>, items: Arc<[T]>) -> Result<Vec<R>, PortError>
where
    T: 'static,
    R: Send + 'static,
{
    let mut batch = tokio::spawn(run(items));
    match timeout(BATCH_DEADLINE, &mut batch).await {
        // The error is not returned: it quotes the panic's message, which may contain personal
        // data.
        Ok(ended) => ended.unwrap_or_else(|_| Err(PortError::Backend("the batch panicked".into()))),
        Err(_) => {
            batch.abort();
            Err(timed_out())
        }
    }
}

/// Returns the error for a store that does not answer in time.
pub(crate) fn timed_out() -> PortError {
    PortError::Unavailable("the store did not answer in time".into())
}
