//! Runner of use cases: they reach their end, whether or not the client waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Runs use cases on the program's main runtime. Clones share it.
#[derive(Debug, Clone)]
pub struct UseCaseRunner {
    /// The main runtime. The workers' runtimes are single-threaded, and drop a handler together
    /// with its connection.
    pub runtime: tokio::runtime::Handle,
    /// Counts the use cases in progress, so that the program can wait for them before it ends: a
    /// client that goes away closes its connection, but its request continues.
    pub tasks: TaskTracker,
}

/// A use case did not reach its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It panicked. The text of the panic is left out: it may quote the value that caused it.
    #[error("a use case panicked")]
    Panicked,
    /// The main runtime is shutting down.
    #[error("the runtime is shutting down")]
    ShuttingDown,
}

impl UseCaseRunner {
    /// Runs a use case to its end, even if the client goes away meanwhile.
    ///
    /// The part before its first wait runs here, as a guest of the main runtime. Many use cases
    /// need only cached data and never wait; to change threads twice would cost more than they do.
    pub async fn run<F>(&self, usecase: F) -> Result<F::Output, RunError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut usecase = Box::pin(usecase.in_current_span());
        let begun = {
            let _guest = self.runtime.enter();
            let mut context = Context::from_waker(Waker::noop());
            catch_unwind(AssertUnwindSafe(|| usecase.as_mut().poll(&mut context)))
        };
        match begun {
            Ok(Poll::Ready(output)) => return Ok(output),
            // Its first poll as a task registers the waker that counts.
            Ok(Poll::Pending) => {}
            Err(_) => return Err(RunError::Panicked),
        }
        let running = self.tasks.spawn_on(usecase, &self.runtime);
        running.await.map_err(|error| {
            if error.is_panic() {
                RunError::Panicked
            } else {
                RunError::ShuttingDown
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::*;

    fn runner() -> UseCaseRunner {
        UseCaseRunner {
            runtime: tokio::runtime::Handle::current(),
            tasks: TaskTracker::new(),
        }
    }

    #[tokio::test]
    async fn a_use_case_that_never_waits_is_not_spawned() {
        let runner = runner();
        let spawned = runner.tasks.clone();
        let output = runner.run(async move { spawned.len() }).await;
        assert_eq!(output, Ok(0));
    }

    #[tokio::test]
    async fn a_use_case_ends_although_nobody_waits_for_it() {
        let runner = runner();
        let (go_on, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (wait, end) = (go_on.clone(), ended.clone());
        {
            let run = runner.run(async move {
                wait.notified().await;
                end.notify_one();
            });
            let mut run = std::pin::pin!(run);
            assert!(futures_util::poll!(run.as_mut()).is_pending());
        }
        go_on.notify_one();
        ended.notified().await;
        runner.tasks.close();
        runner.tasks.wait().await;
    }

    #[tokio::test]
    async fn a_panic_is_an_error_before_and_after_the_first_wait() {
        let panicked = async |waits: bool| {
            let usecase = async move {
                if waits {
                    tokio::task::yield_now().await;
                }
                panic!("canary")
            };
            runner().run(usecase).await
        };
        for waits in [false, true] {
            let output: Result<(), _> = panicked(waits).await;
            assert_eq!(output, Err(RunError::Panicked));
        }
    }
}
