//! A lane: calls queue, and whatever has queued while the last batch was under way becomes the next.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ports::PortError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How long a batch may take. A store that works ends its own waiting sooner and says why; this is for
/// one that has fallen silent, behind which all later batches would wait.
pub(crate) const BATCH_DEADLINE: Duration = Duration::from_secs(15);

/// Does a batch: one result for each item, in their order.
pub(crate) type RunBatch<T, R> = Box<
    dyn Fn(Arc<[T]>) -> Pin<Box<dyn Future<Output = Result<Vec<R>, PortError>> + Send>>
        + Send
        + Sync,
>;

/// Calls of one kind, batched.
pub(crate) struct Lane<T, R> {
    queue: mpsc::Sender<Call<T, R>>,
}

struct Call<T, R> {
    items: Arc<[T]>,
    reply: oneshot::Sender<Result<Vec<R>, PortError>>,
}

impl<T, R> Lane<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts a lane on the current runtime. It ends when the last caller has gone and the queue is
    /// empty. `max_calls` bounds a batch, `queue` the calls that may wait.
    pub(crate) fn start(max_calls: usize, queue: usize, run: RunBatch<T, R>) -> Self {
        let (sender, mut receiver) = mpsc::channel(queue);
        tokio::spawn(async move {
            let mut calls = Vec::with_capacity(max_calls);
            while receiver.recv_many(&mut calls, max_calls).await > 0 {
                do_batch(&run, std::mem::take(&mut calls)).await;
            }
        });
        Self { queue: sender }
    }

    /// Adds a call to the next batch and waits for its results. A full queue answers `Unavailable`
    /// at once: a caller told to come back later is better served than one who waits in memory.
    pub(crate) async fn call(&self, items: Arc<[T]>) -> Result<Vec<R>, PortError> {
        match self.queue.try_reserve() {
            Ok(place) => run_in(place, items).await,
            Err(_) => Err(PortError::Unavailable(
                "the queue in front of the store is full".into(),
            )),
        }
    }

    /// The same for a call that must not be turned away: where the queue is full, it waits for a place.
    pub(crate) async fn call_in_turn(&self, items: Arc<[T]>) -> Result<Vec<R>, PortError> {
        match self.queue.reserve().await {
            Ok(place) => run_in(place, items).await,
            Err(_) => Err(PortError::Unavailable("the lane has ended".into())),
        }
    }
}

async fn run_in<T, R>(
    place: mpsc::Permit<'_, Call<T, R>>,
    items: Arc<[T]>,
) -> Result<Vec<R>, PortError> {
    let (reply, result) = oneshot::channel();
    place.send(Call { items, reply });
    result
        .await
        .unwrap_or_else(|_| Err(PortError::Backend("the batch was abandoned".into())))
}

/// Does all calls in one batch; if that fails for a cause that may lie in one of them, each by itself.
async fn do_batch<T, R>(run: &RunBatch<T, R>, calls: Vec<Call<T, R>>)
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
        // The connection is gone: nobody fares better alone, and whether the commit took place is
        // unknown, so nothing may be tried twice.
        Err(error @ PortError::Unavailable(_)) => {
            let error = Arc::new(error);
            answer(calls, std::iter::repeat_with(|| Err(shared(&error))));
        }
        // Rolled back, perhaps for a cause of one: its neighbours must not fail with it.
        Err(PortError::Conflict(_) | PortError::Backend(_)) => {
            for call in calls {
                let result = run_isolated(run, Arc::clone(&call.items)).await;
                answer(vec![call], [result]);
            }
        }
    }
}

/// Runs a batch as a task of its own, so that a panic in an adapter ends the batch and not the lane. A
/// batch that does not end is abandoned; whether it was committed is unknown then.
async fn run_isolated<T, R>(run: &RunBatch<T, R>, items: Arc<[T]>) -> Result<Vec<R>, PortError>
where
    T: 'static,
    R: Send + 'static,
{
    let mut batch = tokio::spawn(run(items));
    match timeout(BATCH_DEADLINE, &mut batch).await {
        Ok(ended) => ended.unwrap_or_else(|panic| Err(PortError::Backend(panic.into()))),
        Err(_) => {
            batch.abort();
            Err(silent())
        }
    }
}

fn answer<T, R>(
    calls: Vec<Call<T, R>>,
    results: impl IntoIterator<Item = Result<Vec<R>, PortError>>,
) {
    for (call, result) in calls.into_iter().zip(results) {
        // A caller who went away has no use for the answer; the work is done all the same.
        drop(call.reply.send(result));
    }
}

/// The store gave no answer, neither a good one nor a bad one.
pub(crate) fn silent() -> PortError {
    PortError::Unavailable("the store did not answer in time".into())
}

/// One error for several callers.
pub(crate) fn shared(error: &Arc<PortError>) -> PortError {
    let source = Box::new(Arc::clone(error));
    match **error {
        PortError::Conflict(_) => PortError::Conflict(source),
        PortError::Unavailable(_) => PortError::Unavailable(source),
        PortError::Backend(_) => PortError::Backend(source),
    }
}
