//! The payload of one call to the webhook: everything the provider reports with it.

use crate::channel::whatsapp::health::SenderEvent;
use crate::channel::whatsapp::template::event::TemplateEvent;
use crate::opt_out::InboundConsent;
use crate::receipt::DeliveryReceipt;

/// The reports of one webhook call, by subject; each list is in the order of the payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderWebhookPayload {
    /// Delivery receipts of messages.
    pub receipts: Vec<DeliveryReceipt>,
    /// Opt-out and opt-in requests.
    pub consents: Vec<InboundConsent>,
    /// Changes of templates.
    pub templates: Vec<TemplateEvent>,
    /// Events of senders, whose state then has to be looked up.
    pub senders: Vec<SenderEvent>,
}

impl ProviderWebhookPayload {
    /// Returns whether it reports nothing that changes anything.
    pub fn is_empty(&self) -> bool {
        let Self {
            receipts,
            consents,
            templates,
            senders,
        } = self;
        receipts.is_empty() && consents.is_empty() && templates.is_empty() && senders.is_empty()
    }
}
