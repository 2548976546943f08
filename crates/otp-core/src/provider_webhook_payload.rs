//! A notification: everything a provider tells us unasked, in one delivery of its webhook.

use crate::channel::whatsapp::health::SenderEvent;
use crate::channel::whatsapp::template::event::TemplateEvent;
use crate::opt_out::InboundConsent;
use crate::receipt::DeliveryReceipt;

/// What one delivery says, sorted by what it is about; each list in the order it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderWebhookPayload {
    /// What became of messages.
    pub receipts: Vec<DeliveryReceipt>,
    /// Who wants no more messages, or wants them again.
    pub requests: Vec<InboundConsent>,
    /// Which templates changed.
    pub templates: Vec<TemplateEvent>,
    /// Which senders are to be asked about.
    pub senders: Vec<SenderEvent>,
}

impl ProviderWebhookPayload {
    /// Whether it says nothing that changes anything.
    pub fn is_empty(&self) -> bool {
        let Self {
            receipts,
            requests,
            templates,
            senders,
        } = self;
        receipts.is_empty() && requests.is_empty() && templates.is_empty() && senders.is_empty()
    }
}
