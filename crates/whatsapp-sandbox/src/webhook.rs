//! The webhooks of the sandbox: what is to be told, to whom, and what they answered.
//!
//! `event.rs` names what can become due, `shape.rs` makes the JSON of it, `wire.rs` the bytes;
//! `outbox.rs` keeps what is still to happen, `receiver.rs` what each receiver is still to be told,
//! `log.rs` what it was, and `worker.rs` is the one task that makes it happen.

mod event;
mod handshake;
mod log;
mod outbox;
mod receiver;
pub(crate) mod shape;
mod wire;
mod worker;

use std::{fmt, time::Duration};

pub(crate) use event::{Due, Happening, Notice};
pub(crate) use log::DeliveryFilter;
pub(crate) use outbox::{APP, Outbox, Override};
pub(crate) use receiver::Receiver;
pub(crate) use worker::start;

/// Who is told. Nothing is delivered before the receiver has answered the handshake.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookOptions {
    /// Where webhooks go: an `http` or `https` URL.
    pub url: String,
    /// What they are signed with.
    pub app_secret: String,
    /// What the handshake presents.
    pub verify_token: String,
}

impl fmt::Debug for WebhookOptions {
    /// Leaves the secrets out: even a sandbox may be given real ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookOptions")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// How webhooks are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryOptions {
    /// The most events in one request.
    pub batch_size: usize,
    /// How long an event waits for others to share its request.
    pub batch_window: Duration,
    /// Whether every event of a request has its own entry instead of a place in a list.
    pub separate_entries: bool,
    /// How long after the first failure the next attempt comes; it doubles from there.
    pub retry_first: Duration,
    /// The longest time between two attempts.
    pub retry_most: Duration,
    /// How many attempts a request gets.
    pub attempts: u32,
    /// How many requests are on their way at once. With more than one, reports overtake each other.
    pub connections: usize,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            batch_size: 1,
            batch_window: Duration::ZERO,
            separate_entries: false,
            retry_first: Duration::from_millis(500),
            retry_most: Duration::from_secs(10),
            attempts: 20,
            connections: 1,
            timeout: Duration::from_secs(10),
        }
    }
}

impl DeliveryOptions {
    /// How long to wait after this many failures.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        let factor = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.retry_first.saturating_mul(factor).min(self.retry_most)
    }
}
