//! List unsent notices: those that wait to be mailed, and those that were abandoned.

use std::sync::Arc;

use crate::notice::QueuedNotice;
use crate::ports::{NoticeOutbox, PortError};

/// At most this many notices are listed.
const MAX_LISTED: usize = 1_000;

/// Lists unsent notices.
#[derive(Clone)]
pub struct ListUnsentNotices {
    /// Stores notices.
    pub outbox: Arc<dyn NoticeOutbox>,
}

impl ListUnsentNotices {
    /// Returns the unsent notices, oldest first.
    pub async fn execute(&self) -> Result<Vec<QueuedNotice>, PortError> {
        self.outbox.list_unsent(MAX_LISTED).await
    }
}
