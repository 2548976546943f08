//! Pieces of work that a worker does at the same time, each as a task of its own.
//!
//! The worker waits for the store between them. A piece of work that was polled only when the worker is not waiting
//! would not go on meanwhile, and might hold a connection: if all connections are held like that, both wait for each
//! other.

use otp_core::ids::AccountId;
use otp_core::turns::{Room, WorkUnderWay};
use tokio::task::JoinSet;

/// The pieces of work that are under way.
pub(super) struct UnderWay<T> {
    places: WorkUnderWay,
    tasks: JoinSet<(AccountId, T)>,
}

impl<T: Send + 'static> UnderWay<T> {
    /// Creates a worker's share with this many places.
    pub(super) fn with_places(places: usize) -> Self {
        Self {
            places: WorkUnderWay::with_places(places),
            tasks: JoinSet::new(),
        }
    }

    /// Returns what may begin now; `None` if every place is taken.
    pub(super) fn room(&self) -> Option<Room> {
        self.places.room()
    }

    /// Begins a piece of work for an account.
    pub(super) fn begin(
        &mut self,
        account: AccountId,
        work: impl Future<Output = T> + Send + 'static,
    ) {
        self.places.begin(account);
        self.tasks.spawn(async move { (account, work.await) });
    }

    /// Waits until a piece of work ends, and returns its result; `None` if none is under way. It may be dropped while
    /// it waits.
    ///
    /// A panic of one goes on here, after the others have ended: what they have begun is not broken off.
    pub(super) async fn ended(&mut self) -> Option<T> {
        match self.tasks.join_next().await? {
            Ok((account, result)) => {
                self.places.end(account);
                Some(result)
            }
            Err(error) => {
                while self.tasks.join_next().await.is_some() {}
                std::panic::resume_unwind(error.into_panic())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::oneshot;
    use uuid::Uuid;

    use super::*;

    const ACCOUNT: AccountId = AccountId(Uuid::nil());

    #[tokio::test]
    async fn work_goes_on_while_the_worker_waits_for_something_else() {
        let mut under_way = UnderWay::with_places(1);
        let (done, is_done) = oneshot::channel();
        under_way.begin(ACCOUNT, async move { done.send(7).is_ok() });
        assert_eq!(under_way.room(), None);
        assert_eq!(is_done.await, Ok(7), "nobody polled the work");
        assert_eq!(under_way.ended().await, Some(true));
        assert_eq!(under_way.ended().await, None);
        assert!(under_way.room().is_some());
    }

    #[tokio::test]
    async fn a_panic_breaks_off_nothing_else() {
        let mut under_way = UnderWay::with_places(4);
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let is_finished = Arc::new(AtomicBool::new(false));
        let finished = Arc::clone(&is_finished);
        under_way.begin(ACCOUNT, async move {
            drop(may_go_on.await);
            finished.store(true, Ordering::Relaxed);
        });
        under_way.begin(ACCOUNT, async move {
            drop(go_on);
            panic!("on purpose");
        });
        let worker = tokio::spawn(async move { while under_way.ended().await.is_some() {} });
        let panicked = worker.await.expect_err("it goes on").into_panic();
        assert_eq!(panicked.downcast_ref(), Some(&"on purpose"));
        assert!(is_finished.load(Ordering::Relaxed));
    }
}
