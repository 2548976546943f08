//! Take a notification: whatever the provider reports, applied by the use case it concerns.
//!
//! The provider is acknowledged after this returned `Ok`; all of it is then durable. After an error the
//! provider repeats the whole, so each part MUST bear being applied again.

use crate::ports::PortError;
use crate::provider_webhook_payload::ProviderWebhookPayload;
use crate::usecases::apply_receipts::ApplyReceipts;
use crate::usecases::apply_sender_events::ApplySenderEvents;
use crate::usecases::apply_template_events::ApplyTemplateEvents;
use crate::usecases::record_consent::RecordConsent;

/// Takes notifications.
#[derive(Clone)]
pub struct HandleProviderWebhook {
    /// For what became of messages.
    pub apply_receipts: ApplyReceipts,
    /// For who wants messages, and who does not.
    pub record_consent: RecordConsent,
    /// For templates that changed.
    pub apply_template_events: ApplyTemplateEvents,
    /// For senders that something is reported of.
    pub apply_sender_events: ApplySenderEvents,
}

impl HandleProviderWebhook {
    /// Applies everything the notification says.
    pub async fn execute(&self, notification: ProviderWebhookPayload) -> Result<(), PortError> {
        let ProviderWebhookPayload {
            receipts,
            requests,
            templates,
            senders,
        } = notification;
        if !receipts.is_empty() {
            self.apply_receipts.execute(receipts).await?;
        }
        // After the receipts: they may say whose requests these are.
        if !requests.is_empty() {
            self.record_consent.execute(requests).await?;
        }
        self.apply_template_events.execute(&templates).await?;
        self.apply_sender_events.execute(&senders).await?;
        Ok(())
    }
}
