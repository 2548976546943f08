//! The clock: what time it is, and waiting.

use std::time::Duration;

use async_trait::async_trait;

use crate::time::Timestamp;

/// Tells the time and waits. The core never reads a clock itself, so a test can stop it.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// The current instant. An adapter MAY go backwards, as real clocks do.
    fn now(&self) -> Timestamp;

    /// Returns once `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);
}
