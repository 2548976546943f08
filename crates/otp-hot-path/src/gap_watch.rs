//! Watches the provider's notifications for gaps.

use std::sync::{Arc, Mutex, PoisonError};

use otp_core::channel::whatsapp::notification_gaps::NotificationGaps;
use otp_core::ports::{ProviderWebhook, WebhookRefusal};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::time::Timestamp;
use tokio::sync::Notify;

/// Reads webhook calls, and reports when one has ended a gap. Only calls that the provider signed count.
pub struct GapWatch {
    inner: Arc<dyn ProviderWebhook>,
    gaps: Mutex<NotificationGaps>,
    ended: Notify,
}

impl GapWatch {
    /// Watches the calls that `inner` reads.
    pub fn new(inner: Arc<dyn ProviderWebhook>) -> Self {
        Self {
            inner,
            gaps: Mutex::default(),
            ended: Notify::new(),
        }
    }

    /// Returns once a gap has ended since the last return, or since the start. It is safe to cancel; one
    /// caller at a time can wait.
    pub async fn ended(&self) {
        self.ended.notified().await;
    }
}

impl ProviderWebhook for GapWatch {
    fn handshake(
        &self,
        mode: Option<&str>,
        token: Option<&str>,
        challenge: Option<&str>,
    ) -> Option<String> {
        self.inner.handshake(mode, token, challenge)
    }

    fn may_be_signed(&self, signature: Option<&str>) -> bool {
        self.inner.may_be_signed(signature)
    }

    fn open(
        &self,
        signature: Option<&str>,
        raw_body: &[u8],
        received_at: Timestamp,
    ) -> Result<ProviderWebhookPayload, WebhookRefusal> {
        let opened = self.inner.open(signature, raw_body, received_at)?;
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        if gaps.note(received_at) {
            self.ended.notify_one();
        }
        Ok(opened)
    }
}
