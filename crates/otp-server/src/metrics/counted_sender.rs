//! Counts and times the calls that hand messages over.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{counter, histogram};
use otp_core::ports::{Accepted, MessageSender, OutgoingMessage, RefusalScope, SendError};

/// The counter of calls, by outcome and scope of a refusal.
pub(super) const CALLS: &str = "otp_provider_calls_total";

/// The histogram of the duration of a call.
pub(super) const CALL_DURATION: &str = "otp_provider_call_duration_seconds";

/// Counts the calls of a sender.
pub(crate) struct CountedSender {
    inner: Arc<dyn MessageSender>,
}

impl CountedSender {
    /// Decorates `inner`, which should make every call it is asked for.
    pub(crate) fn new(inner: Arc<dyn MessageSender>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl MessageSender for CountedSender {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        // No provider is called for a test message.
        if let OutgoingMessage::Test(_) = message {
            return self.inner.send(message).await;
        }
        let started = Instant::now();
        let outcome = self.inner.send(message).await;
        let took = started.elapsed().as_secs_f64();
        let (name, refusal) = match &outcome {
            Ok(_) => ("accepted", None),
            Err(SendError::Refused(refusal)) => ("refused", Some(refusal)),
            Err(SendError::Retry { refusal, .. }) => ("retry", Some(refusal)),
            Err(SendError::Unknown) => ("unknown", None),
        };
        let scope = refusal.map_or("none", |refusal| match refusal.scope {
            RefusalScope::Message => "message",
            RefusalScope::TemplatePaused | RefusalScope::TemplateDisabled => "template",
            RefusalScope::Recipient => "recipient",
            RefusalScope::Sender => "sender",
            RefusalScope::SenderUntilFixed => "sender_until_fixed",
            RefusalScope::Provider => "provider",
        });
        counter!(CALLS, "outcome" => name, "scope" => scope).increment(1);
        histogram!(CALL_DURATION, "outcome" => name).record(took);
        outcome
    }
}
