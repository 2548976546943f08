//! A message sender that spares the provider calls which it would refuse, or not answer.
//!
//! The rules are the core's ([`Pacing`]); here are the clock and the lock, which is held for a look-up
//! and never while anybody is called.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::whatsapp::pacing::{Pacing, Permission, Turn};
use otp_core::ids::SenderId;
use otp_core::ports::{Accepted, MessageSender, OutgoingMessage, ProviderRefusal, SendError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Holds back what `inner` should not be asked now; what it holds back may be asked for again.
pub struct PacedSender {
    inner: Arc<dyn MessageSender>,
    pacing: Mutex<Pacing>,
    started: Instant,
    suspected: Notify,
}

impl PacedSender {
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
    pub fn acquit(&self, sender: SenderId) {
        self.pacing().acquit(sender);
    }

    /// The sender was stopped, and that is stored.
    pub fn convict(&self, sender: SenderId) {
        self.pacing().convict(sender, self.now());
    }

    /// Returns once a sender is suspected, at once if one was since the last time.
    pub async fn suspicion(&self) {
        self.suspected.notified().await;
    }

    /// The suspected senders about whom nobody has found out yet, and what the provider said.
    pub fn suspects(&self) -> Vec<(SenderId, ProviderRefusal)> {
        self.pacing().suspects(self.now())
    }

    /// The senders that only probes are sent from.
    pub fn open_breakers(&self) -> Vec<SenderId> {
        self.pacing().open_breakers().collect()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn pacing(&self) -> MutexGuard<'_, Pacing> {
        // The rules do not panic; and if they did, a hold more or less is no reason to send nothing.
        self.pacing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl MessageSender for PacedSender {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let permission = self
            .pacing()
            .ask(message.sender_id, &message.to, self.now());
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
        let pair = (message.sender_id, &message.to);
        let turn = self.pacing().report(pair, call, &mut outcome, self.now());
        if let Some(turn) = turn {
            say(turn, message);
            if turn == Turn::Suspected {
                self.suspected.notify_one();
            }
        }
        outcome
    }
}

fn say(turn: Turn, message: &OutgoingMessage) {
    let sender_id = message.sender_id.0;
    let phone_number_id = message.phone_number_id.as_str();
    match turn {
        Turn::Opened => tracing::warn!(
            %sender_id,
            phone_number_id,
            "sends of this sender fail in a row; until one succeeds WhatsApp is only called now and then"
        ),
        Turn::Closed => {
            tracing::info!(%sender_id, phone_number_id, "sends of this sender succeed again");
        }
        Turn::Suspected => tracing::info!(
            %sender_id,
            phone_number_id,
            "WhatsApp refuses this sender; its messages wait until WhatsApp was asked about it"
        ),
    }
}
