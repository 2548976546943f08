//! Batches calls: the calls that arrive while one batch is running form the next one.

mod slots;
mod waiting;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::ports::PortError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use slots::{Slot, Slots};
use waiting::Waiting;

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
    /// Released when the call is answered.
    _slot: Slot,
}

impl<T, R> Batcher<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts a task on the current runtime that runs the batches. It ends when the batcher is
    /// dropped and its queue is empty.
    pub(crate) fn start(limits: BatchLimits, run: RunBatch<T, R>) -> Self {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut waiting = Waiting::default();
            while let Some(call) = receiver.recv().await {
                waiting.add(call);
                while !waiting.is_empty() {
                    while let Ok(call) = receiver.try_recv() {
                        waiting.add(call);
                    }
                    run_batch(&run, waiting.take(limits.max_batch)).await;
                }
            }
        });
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
            _slot: slot,
        };
        let abandoned = || PortError::Backend("the batch was abandoned".into());
        self.queue.send(call).map_err(|_| abandoned())?;
        result.await.unwrap_or_else(|_| Err(abandoned()))
    }
}

/// Runs all calls in one batch. If the batch fails and one of the calls may be the cause, runs each
/// call by itself.
async fn run_batch<T, R>(run: &RunBatch<T, R>, calls: Vec<Call<T, R>>)
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    if let [call] = calls.as_slice() {
        let result = run_isolated(run, Arc::clone(&call.items)).await;
        answer(calls, [result]);
        return;
    }
    let together: Arc<[T]> = calls
        .iter()
        .flat_map(|call| call.items.iter().cloned())
        .collect();
    match run_isolated(run, together).await {
        Ok(results) => {
            let mut results = results.into_iter();
            let lengths: Vec<_> = calls.iter().map(|call| call.items.len()).collect();
            let split = lengths
                .into_iter()
                .map(|length| Ok(results.by_ref().take(length).collect()));
            answer(calls, split);
        }
        // The store cannot be reached, so no call would succeed alone. It is unknown whether the
        // batch was committed, so nothing may be tried twice.
        Err(error @ PortError::Unavailable(_)) => {
            let error = Arc::new(error);
            answer(calls, std::iter::repeat_with(|| Err(shared(&error))));
        }
        // The batch was rolled back, perhaps because of one call: the others must not fail with it.
        Err(PortError::Conflict(_) | PortError::Backend(_)) => {
            for call in calls {
                let result = run_isolated(run, Arc::clone(&call.items)).await;
                answer(vec![call], [result]);
            }
        }
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

fn answer<T, R>(
    calls: Vec<Call<T, R>>,
    results: impl IntoIterator<Item = Result<Vec<R>, PortError>>,
) {
    for (call, result) in calls.into_iter().zip(results) {
        // A caller that is gone needs no answer; its work is done nevertheless.
        drop(call.reply.send(result));
    }
}

/// Returns the error for a store that does not answer in time.
pub(crate) fn timed_out() -> PortError {
    PortError::Unavailable("the store did not answer in time".into())
}

/// Copies an error for one of several callers.
pub(crate) fn shared(error: &Arc<PortError>) -> PortError {
    let source = Box::new(Arc::clone(error));
    match **error {
        PortError::Conflict(_) => PortError::Conflict(source),
        PortError::Unavailable(_) => PortError::Unavailable(source),
        PortError::Backend(_) => PortError::Backend(source),
    }
}
