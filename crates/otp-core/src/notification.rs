//! A notification: everything a provider tells us unasked, in one delivery of its webhook.

use crate::receipt::DeliveryReceipt;

/// What one delivery says, sorted by what it is about; each list in the order it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderNotification {
    /// What became of messages.
    pub receipts: Vec<DeliveryReceipt>,
}

impl ProviderNotification {
    /// Whether it says nothing that changes anything.
    pub fn is_empty(&self) -> bool {
        let Self { receipts } = self;
        receipts.is_empty()
    }
}
