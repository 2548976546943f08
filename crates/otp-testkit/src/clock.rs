//! A clock that only moves when the test says so.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::Clock;
use otp_core::time::Timestamp;

/// A clock set by hand. Sleeping moves it on and returns at once.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// Creates a clock that shows `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Moves the clock on.
    pub fn advance(&self, duration: Duration) {
        let mut now = self
            .0
            .lock()
            .expect("no test panics while it holds the clock");
        *now = *now + duration;
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, to: Timestamp) {
        *self
            .0
            .lock()
            .expect("no test panics while it holds the clock") = to;
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self
            .0
            .lock()
            .expect("no test panics while it holds the clock")
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}
