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

    /// Returns once `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);
}
