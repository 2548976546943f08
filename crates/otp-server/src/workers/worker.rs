//! A worker: repeats a task in the background until it is stopped.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use otp_core::ports::Randomness;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::rounds::Rounds;
use crate::panics;

/// The counter of panics, by worker.
pub(crate) const PANICS: &str = "otp_worker_panics_total";

/// A task that a worker repeats.
pub(crate) trait Task: Send {
    /// The name in logs and metrics: what a round does, as `expire_pending_messages`.
    const NAME: &'static str;

    /// The longest time from the start of one round to the start of the next, unless a round takes longer.
    const PERIOD: Duration;

    /// The longest time from the start of the worker to the first round.
    const DELAY: Duration = Duration::ZERO;

    /// The same as [`PERIOD`](Self::PERIOD), after a round that failed.
    const RETRY: Duration = Self::PERIOD;

    /// Does one round.
    fn run(&mut self) -> impl Future<Output = Result<Progress, TaskError>> + Send;

    /// Returns when the next round is needed before the period has passed. It MUST be safe to cancel.
    fn woken(&mut self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

/// The reason why a round failed. It MUST NOT contain a person's data.
pub(crate) type TaskError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a round that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The task works: an outage, if there was one, is over.
    Done,
    /// There was nothing to do, so it is unknown whether an outage is over.
    Idle,
}

/// Runs tasks until it is stopped; clones run one task each.
#[derive(Clone)]
pub(crate) struct Worker {
    /// Varies the periods, so that several processes do not work in step.
    pub(crate) randomness: Arc<dyn Randomness>,
    /// Ends the worker. A round that has begun is finished first.
    pub(crate) stop: CancellationToken,
    /// Names its round while one is under way.
    pub(crate) rounds: Rounds,
}

impl Worker {
    /// Repeats the task that `make` makes. After a failed round it continues with the next one; after a
    /// panic, with a new task from `make`. An outage is logged once when it begins and once when it ends.
    pub(crate) async fn run<T: Task>(self, make: impl Fn() -> T) {
        // A counter that begins at zero shows its first increase.
        counter!(PANICS, "worker" => T::NAME).increment(0);
        let mut task = make();
        let mut outage = Outage::<T>::none();
        if T::DELAY > Duration::ZERO {
            self.until(Instant::now() + self.wait(T::DELAY)).await;
        }
        while !self.stop.is_cancelled() {
            let started = Instant::now();
            let mut period = T::PERIOD;
            self.rounds.begin(T::NAME);
            let ended = panics::catch(task.run()).await;
            self.rounds.end(T::NAME);
            match ended {
                Ok(Ok(Progress::Idle)) => {}
                Ok(Ok(Progress::Done)) => outage.end(),
                Ok(Err(error)) => {
                    outage.begin(&*error);
                    period = T::RETRY;
                }
                Err(panicked) => {
                    counter!(PANICS, "worker" => T::NAME).increment(1);
                    outage.begin_by_panic(&panicked);
                    task = make();
                    period = T::RETRY;
                }
            }
            let next = started + self.wait(period);
            tokio::select! {
                () = self.until(next) => {}
                () = task.woken() => {}
            }
        }
    }

    /// Waits until then, or until the worker is stopped.
    async fn until(&self, then: Instant) {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = sleep_until(then) => {}
        }
    }

    /// Returns the time to the next round: the period, or up to a tenth less.
    fn wait(&self, period: Duration) -> Duration {
        let mut random = [0; 4];
        self.randomness.fill(&mut random);
        let share = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
        period - (period / 10).mul_f64(share)
    }
}

/// An outage of a task, if there is one.
struct Outage<T> {
    state: State,
    failed_rounds: u32,
    task: PhantomData<fn() -> T>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    None,
    Failing,
    Panicking,
}

impl<T: Task> Outage<T> {
    fn none() -> Self {
        Self {
            state: State::None,
            failed_rounds: 0,
            task: PhantomData,
        }
    }

    fn begin(&mut self, error: &(dyn std::error::Error + 'static)) {
        self.failed_rounds += 1;
        if self.state == State::None {
            self.state = State::Failing;
            tracing::warn!(
                worker = T::NAME,
                error,
                "failed to {}; will retry",
                words::<T>()
            );
        }
    }

    /// A panic is a bug, so it is logged even if an outage was logged before.
    fn begin_by_panic(&mut self, panicked: &panics::Panicked) {
        self.failed_rounds += 1;
        if self.state != State::Panicking {
            self.state = State::Panicking;
            let place = panicked.place.as_deref();
            tracing::error!(worker = T::NAME, place, "a worker panicked; restarted it");
        }
    }

    fn end(&mut self) {
        if self.state != State::None {
            let failed_rounds = self.failed_rounds;
            tracing::info!(
                worker = T::NAME,
                failed_rounds,
                "able to {} again",
                words::<T>()
            );
        }
        *self = Self::none();
    }
}

/// The task's name as words of a sentence.
fn words<T: Task>() -> String {
    T::NAME.replace('_', " ")
}

#[cfg(test)]
mod tests;
