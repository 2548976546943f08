//! A lane: calls queue, and whatever has queued while the last batch was under way becomes the next.

mod places;
mod waiting;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::ports::PortError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use places::{Place, Places};
use waiting::Waiting;

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
    /// As long as there are places.
    queue: mpsc::UnboundedSender<Call<T, R>>,
    places: Places,
}

/// How long a lane may get.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Items in a batch, unless one call alone has more.
    pub(crate) max_batch: usize,
    /// Calls that wait, or are being done.
    pub(crate) max_queue: usize,
}

struct Call<T, R> {
    account: AccountId,
    items: Arc<[T]>,
    reply: oneshot::Sender<Result<Vec<R>, PortError>>,
    /// Given back when the call is answered.
    _place: Place,
}

impl<T, R> Lane<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts a lane on the current runtime. It ends when the last caller has gone and the queue is
    /// empty.
    pub(crate) fn start(bounds: Bounds, run: RunBatch<T, R>) -> Self {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut waiting = Waiting::default();
            while let Some(call) = receiver.recv().await {
                waiting.add(call);
                while !waiting.is_empty() {
                    while let Ok(call) = receiver.try_recv() {
                        waiting.add(call);
                    }
                    do_batch(&run, waiting.take(bounds.max_batch)).await;
                }
            }
        });
        Self {
            queue: sender,
            places: Places::new(bounds.max_queue),
        }
    }

    /// Adds a call to the next batch and waits for its results. Where there is no place left, or none
    /// for this account, it answers `Unavailable` at once: a caller told to come back later is better
    /// served than one who waits in memory.
    pub(crate) async fn call(
        &self,
        account: AccountId,
        items: Arc<[T]>,
    ) -> Result<Vec<R>, PortError> {
        let place = self.places.take(account)?;
        self.run_in(place, account, items).await
    }

    /// The same for a call that must not be turned away: where there is no place, it waits for one.
    pub(crate) async fn call_in_turn(
        &self,
        account: AccountId,
        items: Arc<[T]>,
    ) -> Result<Vec<R>, PortError> {
        let place = self.places.wait_for_one(account).await?;
        self.run_in(place, account, items).await
    }

    /// Calls that wait, or are being done.
    pub(crate) fn len(&self) -> usize {
        self.places.taken()
    }

    async fn run_in(
        &self,
        place: Place,
        account: AccountId,
        items: Arc<[T]>,
    ) -> Result<Vec<R>, PortError> {
        let (reply, result) = oneshot::channel();
        let call = Call {
            account,
            items,
            reply,
            _place: place,
        };
        let abandoned = || PortError::Backend("the batch was abandoned".into());
        self.queue.send(call).map_err(|_| abandoned())?;
        result.await.unwrap_or_else(|_| Err(abandoned()))
    }
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
