//! A clock that only moves when the test says so.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::Clock;
use otp_core::time::Timestamp;

/// A clock set by hand. Sleeping moves it on and returns at once.
#[derive(Debug)]
pub struct ManualClock(Mutex<Hands>);

#[derive(Debug)]
struct Hands {
    now: Timestamp,
    passed: Duration,
}

impl ManualClock {
    /// Creates a clock that shows `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Mutex::new(Hands {
            now: start,
            passed: Duration::ZERO,
        }))
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        let mut hands = self.hands();
        hands.now = hands.now + duration;
        hands.passed += duration;
    }

    /// Sets the clock, also backwards, without letting time pass.
    pub fn set(&self, to: Timestamp) {
        self.hands().now = to;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0
            .lock()
            .expect("no test panics while it holds the clock")
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.hands().now
    }

    fn monotonic(&self) -> Duration {
        self.hands().passed
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}
