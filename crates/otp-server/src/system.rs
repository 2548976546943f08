//! The machine's own clock and randomness.

use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::{Clock, Randomness};
use otp_core::time::Timestamp;
use rand::Rng;
use time::OffsetDateTime;

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock everybody else asks"
    )]
    fn now(&self) -> Timestamp {
        OffsetDateTime::now_utc().into()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Threads that run the use cases and drive the database's and the provider's connections. They share the
/// processors with those that read requests: as many of each as there are processors make them wait for
/// each other, which costs a busy machine a sixth of its sends (docs/PERFORMANCE.md).
pub(crate) fn threads_of_the_runtime() -> usize {
    processors().div_ceil(2)
}

/// Threads that read requests and write answers, where the settings leave it to us.
pub(crate) fn threads_of_http() -> usize {
    (processors() / 2).max(1)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A CSPRNG of the thread's own (ChaCha), seeded and re-seeded by the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
