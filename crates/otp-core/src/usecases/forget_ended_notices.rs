//! Forget ended notices: deletes those that were sent or abandoned long ago.
//!
//! Every process may do this at any time.

use std::sync::Arc;
use std::time::Duration;

use crate::ports::{Clock, NoticeOutbox, PortError};

/// How long ended notices are remembered, so that none is sent twice. No notice can come up again after
/// this time: API keys are announced seven days before they expire.
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Forgets ended notices.
#[derive(Clone)]
pub struct ForgetEndedNotices {
    /// Stores notices.
    pub outbox: Arc<dyn NoticeOutbox>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ForgetEndedNotices {
    /// Forgets the notices that ended longer ago than [`RETENTION`].
    pub async fn execute(&self) -> Result<(), PortError> {
        let until = self.clock.now() - RETENTION;
        self.outbox.forget_ended(until).await
    }
}
