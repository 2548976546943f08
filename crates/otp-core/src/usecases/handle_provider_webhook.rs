//! Handle a provider's webhook call: passes each part of it to the use case that applies it.
//!
//! The provider is acknowledged only after this has returned `Ok`; by then all of it is durable. After an
//! error the provider repeats the whole call, so every use case here MUST be idempotent.

use crate::ports::PortError;
use crate::provider_webhook_payload::ProviderWebhookPayload;
use crate::receipt::DroppedReceipts;
use crate::usecases::apply_receipts::ApplyReceipts;
use crate::usecases::apply_sender_events::ApplySenderEvents;
use crate::usecases::apply_template_events::ApplyTemplateEvents;
use crate::usecases::record_consent::RecordConsent;

/// Handles webhook calls.
#[derive(Clone)]
pub struct HandleProviderWebhook {
    /// Applies receipts of messages.
    pub apply_receipts: ApplyReceipts,
    /// Records opt-outs and opt-ins.
    pub record_consent: RecordConsent,
    /// Applies status changes of templates.
    pub apply_template_events: ApplyTemplateEvents,
    /// Schedules checks of senders.
    pub apply_sender_events: ApplySenderEvents,
}

impl HandleProviderWebhook {
    /// Applies all parts of the call, and returns the numbers of receipts that were dropped.
    pub async fn execute(
        &self,
        payload: ProviderWebhookPayload,
    ) -> Result<DroppedReceipts, PortError> {
        let ProviderWebhookPayload {
            receipts,
            consents,
            templates,
            senders,
        } = payload;
        let mut dropped = DroppedReceipts::default();
        if !receipts.is_empty() {
            dropped = self.apply_receipts.execute(receipts).await?;
        }
        // After the receipts, because they may identify the people who made these requests.
        if !consents.is_empty() {
            self.record_consent.execute(consents).await?;
        }
        self.apply_template_events.execute(&templates).await?;
        self.apply_sender_events.execute(&senders).await?;
        Ok(dropped)
    }
}
