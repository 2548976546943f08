//! A message sender that spares the provider calls which it would refuse, or not answer.
//!
//! The rules are the core's ([`Pacing`]); here are the clock and the lock, which is held for a look-up
//! and never while anybody is called.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::Limits;
use otp_core::channel::whatsapp::pacing::{Pacing, Permission, Turn};
use otp_core::ports::{Accepted, MessageSender, OutgoingMessage, ProviderRefusal, SendError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Holds back calls that `inner` should not make now; a held call may be asked for again. `L` says what
/// the channel limits: calls are counted by its keys. Messages of other channels pass.
pub struct PacedSender<L: Limits> {
    inner: Arc<dyn MessageSender>,
    pacing: Mutex<Pacing<L::Sender, L::Recipient>>,
    started: Instant,
    suspected: Notify,
}

impl<L: Limits> PacedSender<L> {
    /// Stands in front of `inner`.
    pub fn new(inner: Arc<dyn MessageSender>) -> Self {
        Self {
            inner,
            pacing: Mutex::default(),
            started: Instant::now(),
            suspected: Notify::new(),
        }
    }

    /// The sender is well.
    pub fn acquit(&self, sender: L::Sender) {
        self.pacing().acquit(sender);
    }

    /// The sender was stopped, and that is stored.
    pub fn convict(&self, sender: L::Sender) {
        self.pacing().convict(sender, self.now());
    }

    /// Returns once a sender is suspected, at once if one was since the last time.
    pub async fn suspicion(&self) {
        self.suspected.notified().await;
    }

    /// The suspected senders about whom nobody has found out yet, and what the provider said.
    pub fn suspects(&self) -> Vec<(L::Sender, ProviderRefusal)> {
        self.pacing().suspects(self.now())
    }

    /// The senders that only probes are sent from.
    pub fn open_breakers(&self) -> Vec<L::Sender> {
        self.pacing().open_breakers().collect()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn pacing(&self) -> MutexGuard<'_, Pacing<L::Sender, L::Recipient>> {
        // The rules do not panic; and if they did, a hold more or less is no reason to send nothing.
        self.pacing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl<L: Limits> MessageSender for PacedSender<L> {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let Some((sender, to)) = L::of(message) else {
            return self.inner.send(message).await;
        };
        let permission = self.pacing().ask(sender, to, self.now());
        let call = match permission {
            Permission::Granted(call) => call,
            Permission::Held(hold) => {
                return Err(SendError::Retry {
                    refusal: hold.refusal,
                    after: Some(hold.after),
                });
            }
        };
        let mut outcome = self.inner.send(message).await;
        let turn = self
            .pacing()
            .report((sender, to), call, &mut outcome, self.now());
        if let Some(turn) = turn {
            say::<L>(turn, sender);
            if turn == Turn::Suspected {
                self.suspected.notify_one();
            }
        }
        outcome
    }
}

fn say<L: Limits>(turn: Turn, sender: L::Sender) {
    match turn {
        Turn::Opened => tracing::warn!(
            sender_id = %sender,
            "calls of this sender fail in a row; until one succeeds the provider is only probed"
        ),
        Turn::Closed => tracing::info!(sender_id = %sender, "calls of this sender succeed again"),
        Turn::Suspected => tracing::info!(
            sender_id = %sender,
            "the provider refuses this sender; its messages wait until the provider was asked about it"
        ),
    }
}
