//! Counts webhook calls of the provider and the receipts in them.

use std::sync::Arc;

use metrics::counter;
use otp_core::ports::{ProviderWebhook, WebhookRefusal};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::receipt::Report;
use otp_core::time::Timestamp;

/// The counter of receipts, by report.
pub(super) const RECEIPTS: &str = "otp_receipts_total";
/// The counter of webhook calls, by whether they could be read.
pub(super) const NOTIFICATIONS: &str = "otp_notifications_total";

/// Counts the calls that a webhook reads.
pub(crate) struct CountedWebhook {
    inner: Arc<dyn ProviderWebhook>,
}

impl CountedWebhook {
    /// Decorates `inner`.
    pub(crate) fn new(inner: Arc<dyn ProviderWebhook>) -> Self {
        Self { inner }
    }
}

impl ProviderWebhook for CountedWebhook {
    fn handshake(
        &self,
        mode: Option<&str>,
        token: Option<&str>,
        challenge: Option<&str>,
    ) -> Option<String> {
        self.inner.handshake(mode, token, challenge)
    }

    /// Counts a call that is refused for this: nobody opens it.
    fn may_be_signed(&self, signature: Option<&str>) -> bool {
        let may_be = self.inner.may_be_signed(signature);
        if !may_be {
            count("invalid_signature");
        }
        may_be
    }

    fn open(
        &self,
        signature: Option<&str>,
        raw_body: &[u8],
        received_at: Timestamp,
    ) -> Result<ProviderWebhookPayload, WebhookRefusal> {
        let opened = self.inner.open(signature, raw_body, received_at);
        let outcome = match &opened {
            Ok(_) => "read",
            Err(WebhookRefusal::InvalidSignature) => "invalid_signature",
            Err(WebhookRefusal::Malformed) => "malformed",
        };
        count(outcome);
        for receipt in opened.iter().flat_map(|opened| &opened.receipts) {
            let report = match receipt.report {
                Report::Sent => "sent",
                Report::Delivered => "delivered",
                Report::Read => "read",
                Report::Deleted => "deleted",
                Report::Failed(_) => "failed",
            };
            counter!(RECEIPTS, "report" => report).increment(1);
        }
        opened
    }
}

fn count(outcome: &'static str) {
    counter!(NOTIFICATIONS, "outcome" => outcome).increment(1);
}
