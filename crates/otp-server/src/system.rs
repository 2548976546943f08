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

/// A CSPRNG of the thread's own (ChaCha), seeded and re-seeded by the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
