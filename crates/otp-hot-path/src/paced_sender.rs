//! A message sender that does not make calls that the provider would refuse or not answer.
//!
//! The rules are in the core ([`Pacing`]). This module adds the clock and the lock, which is held
//! for a look-up and never during a call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::Limits;
use otp_core::channel::pacing::{Pacing, Permission, Turn};
use otp_core::ports::{Accepted, MessageSender, OutgoingMessage, ProviderRefusal, SendError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Holds back calls that `inner` should not make now; a held call may be retried. `L` defines the
/// limits of the channel: calls are counted by its keys. Messages of other channels pass.
pub struct PacedSender<L: Limits> {
    inner: Arc<dyn MessageSender>,
    pacing: Mutex<Pacing<L::Sender, L::Recipient>>,
    started: Instant,
    suspected: Notify,
}

impl<L: Limits> PacedSender<L> {
    /// Paces the calls to `inner`.
    pub fn new(inner: Arc<dyn MessageSender>) -> Self {
        Self {
            inner,
            pacing: Mutex::default(),
            started: Instant::now(),
            suspected: Notify::new(),
        }
    }

    /// Clears the suspicion: the provider reports that the sender works.
    pub fn clear_suspicion(&self, sender: L::Sender) {
        self.pacing().clear_suspicion(sender);
    }

    /// Confirms the suspicion: the sender was stopped, and that is stored.
    pub fn confirm_suspicion(&self, sender: L::Sender) {
        self.pacing().confirm_suspicion(sender, self.now());
    }

    /// Waits until a sender is suspected; returns at once if one was since the last call.
    pub async fn suspicion(&self) {
        self.suspected.notified().await;
    }

    /// Returns the suspected senders that have not been looked up yet, with the provider's
    /// refusals.
    pub fn suspects(&self) -> Vec<(L::Sender, ProviderRefusal)> {
        self.pacing().suspects(self.now())
    }

    /// Returns the senders whose breaker is open: only probes are sent from them.
    pub fn open_breakers(&self) -> Vec<L::Sender> {
        self.pacing().open_breakers().collect()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn pacing(&self) -> MutexGuard<'_, Pacing<L::Sender, L::Recipient>> {
        // The rules do not panic; if they did, a wrong hold would be better than sending nothing.
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
            log::<L>(turn, sender);
            if turn == Turn::Suspected {
                self.suspected.notify_one();
            }
        }
        outcome
    }
}

fn log<L: Limits>(turn: Turn, sender: L::Sender) {
    match turn {
        Turn::Opened => tracing::warn!(
            sender_id = %sender,
            "calls of this sender keep failing; sending only probes until one succeeds"
        ),
        Turn::Closed => tracing::info!(sender_id = %sender, "calls of this sender succeed again"),
        Turn::Suspected => tracing::info!(
            sender_id = %sender,
            "the provider refused this sender; its messages wait until its state is known"
        ),
    }
}
