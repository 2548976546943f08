//! The clock: the current time, and waiting.

use std::time::Duration;

use async_trait::async_trait;

use crate::time::Timestamp;

/// Tells the time and waits. The core reads no other clock, so a test can control the time.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// Returns the current instant. It MAY go backwards, as real clocks do.
    fn now(&self) -> Timestamp;

    /// Returns the time since a fixed moment of this process. It MUST NOT go backwards, nor follow
    /// corrections of the clock: the difference of two readings is the time that has really passed.
    fn monotonic(&self) -> Duration;

    /// Returns once `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);
}
