//! Take a notification: whatever the provider reports, applied by the use case it concerns.
//!
//! The provider is acknowledged after this returned `Ok`; all of it is then durable. After an error the
//! provider repeats the whole, so each part MUST bear being applied again.

use crate::notification::ProviderNotification;
use crate::ports::PortError;
use crate::usecases::apply_receipts::ApplyReceipts;
use crate::usecases::apply_template_events::ApplyTemplateEvents;
use crate::usecases::heed_sender_reports::HeedSenderReports;
use crate::usecases::take_wishes::TakeWishes;

/// Takes notifications.
#[derive(Clone)]
pub struct TakeNotification {
    /// For what became of messages.
    pub apply_receipts: ApplyReceipts,
    /// For who wants messages, and who does not.
    pub take_wishes: TakeWishes,
    /// For templates that changed.
    pub apply_template_events: ApplyTemplateEvents,
    /// For senders that something is reported of.
    pub heed_sender_reports: HeedSenderReports,
}

impl TakeNotification {
    /// Applies everything the notification says.
    pub async fn execute(&self, notification: ProviderNotification) -> Result<(), PortError> {
        let ProviderNotification {
            receipts,
            wishes,
            templates,
            senders,
        } = notification;
        if !receipts.is_empty() {
            self.apply_receipts.execute(receipts).await?;
        }
        // After the receipts: they may say whose wishes these are.
        if !wishes.is_empty() {
            self.take_wishes.execute(wishes).await?;
        }
        self.apply_template_events.execute(&templates).await?;
        self.heed_sender_reports.execute(&senders).await?;
        Ok(())
    }
}
