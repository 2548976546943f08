//! Announce expiring keys: queues a notice, and an event for endpoints, for each API key that is about to expire.
//!
//! Any process may do this at any time and as often as it likes, because the same warning is the same
//! notice and the same event.

use std::sync::Arc;

use crate::notice::{FIRST_WARNING, MailNotice, expiring_key, expiring_key_event};
use crate::ports::{ApiKeys, Clock, NoticeOutbox, PortError, WebhookDeliveries};
use crate::webhook::WebhookEvent;

/// Announces keys that are about to expire.
#[derive(Clone)]
pub struct AnnounceExpiringKeys {
    /// Lists the keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Stores the notices.
    pub outbox: Arc<dyn NoticeOutbox>,
    /// Adds the events.
    pub deliveries: Arc<dyn WebhookDeliveries>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl AnnounceExpiringKeys {
    /// Queues the notices that are due now.
    pub async fn execute(&self) -> Result<(), PortError> {
        let now = self.clock.now();
        let keys = self.keys.list_expiring(now, now + FIRST_WARNING).await?;
        let due = keys.iter().filter_map(|key| expiring_key(key, now));
        let due: Vec<MailNotice> = due.collect();
        if due.is_empty() {
            return Ok(());
        }
        let events = keys.iter().filter_map(|key| expiring_key_event(key, now));
        let events: Vec<WebhookEvent> = events.collect();
        self.deliveries.add_webhook_events(&events).await?;
        self.outbox.enqueue(&due).await
    }
}
