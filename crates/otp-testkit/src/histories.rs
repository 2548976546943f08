//! Random histories of verifications, and what holds in each of them.
//!
//! A history is a list of steps: requests that create, resend, check and cancel, their repetitions, receipts
//! in any order, time, the rounds of the workers, refusals and lost answers of the provider, and crashes at
//! every point between two records. [`check`] makes such histories over a store and reads after each step:
//!
//! - At most five guesses at a code are compared, with those at the codes that it replaced, and at most ten
//!   wrong ones of a recipient in 24 hours; and a guess that is allowed is compared.
//! - The first message of a verification and those of its fallback never cost more than the dearest of them.
//!   The credits add up after each restart.
//! - A code is handed over only while it is valid and its verification pending, and each message once at most.
//! - A repeated request has no second effect.
//! - A verification that ended has no sealed code.
//!
//! At its end it lets everything end, and then the account has paid exactly what the API's contract says.
//!
//! A history that breaks a promise is shortened, and printed with the promise. With `PROPTEST_CASES=2560`, ten
//! times as many are tried.

mod book;
mod charge;
mod faults;
mod process;
mod provider;
mod receipts;
mod requests;
mod run;
mod step;
mod verification;

use std::sync::Arc;

use otp_core::ports::Storage;
use proptest::test_runner::{Config, TestError, TestRunner};

use crate::MemoryStore;
use crate::runtime::on_this_thread;

/// How long a history that fails is made shorter, in milliseconds.
const SHORTEN_FOR: u32 = 60_000;

/// The number of cases of a property if `PROPTEST_CASES` is not set.
const USUAL_CASES: u32 = 256;

/// A place whose data outlive the process that uses them.
pub trait Reopen {
    /// Opens the store in this place, as a process does that starts.
    fn open(&self) -> impl Future<Output = Arc<dyn Storage>>;
}

/// The processes of a history are values, so memory outlives them.
impl Reopen for MemoryStore {
    async fn open(&self) -> Arc<dyn Storage> {
        Arc::new(self.clone())
    }
}

/// Tries this number of histories, each in a place of its own.
///
/// # Panics
///
/// If a history breaks a promise.
pub fn check<R: Reopen>(cases: u32, fresh: impl Fn() -> R) {
    let default = Config::default();
    let config = Config {
        cases: cases * default.cases / USUAL_CASES,
        max_shrink_time: SHORTEN_FOR,
        max_shrink_iters: u32::MAX - 1,
        failure_persistence: None,
        ..default
    };
    let result = TestRunner::new(config).run(&step::histories(), |history| {
        on_this_thread(run::run(fresh(), &history))
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(promise, history)) => {
            panic!("{promise}, in this history:\n{history:?}")
        }
        Err(aborted @ TestError::Abort(_)) => panic!("{aborted}"),
    }
}
