//! A notification: everything a provider tells us unasked, in one delivery of its webhook.

use crate::opt_out::InboundWish;
use crate::receipt::DeliveryReceipt;
use crate::sender::health::SenderReport;
use crate::template::event::TemplateEvent;

/// What one delivery says, sorted by what it is about; each list in the order it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderNotification {
    /// What became of messages.
    pub receipts: Vec<DeliveryReceipt>,
    /// Who wants no more messages, or wants them again.
    pub wishes: Vec<InboundWish>,
    /// Which templates changed.
    pub templates: Vec<TemplateEvent>,
    /// Which senders are to be asked about.
    pub senders: Vec<SenderReport>,
}

impl ProviderNotification {
    /// Whether it says nothing that changes anything.
    pub fn is_empty(&self) -> bool {
        let Self {
            receipts,
            wishes,
            templates,
            senders,
        } = self;
        receipts.is_empty() && wishes.is_empty() && templates.is_empty() && senders.is_empty()
    }
}
