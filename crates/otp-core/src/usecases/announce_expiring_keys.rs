//! Announce expiring keys: queues a notice for each API key that is about to expire.
//!
//! Any process may do this at any time and as often as it likes, because the same warning is the same
//! notice.

use std::sync::Arc;

use crate::notice::{FIRST_WARNING, MailNotice, expiring_key};
use crate::ports::{ApiKeys, Clock, NoticeOutbox, PortError};

/// Announces keys that are about to expire.
#[derive(Clone)]
pub struct AnnounceExpiringKeys {
    /// Lists the keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Stores the notices.
    pub outbox: Arc<dyn NoticeOutbox>,
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
        self.outbox.enqueue(&due).await
    }
}
