//! Expires pending messages, and applies receipts that arrived before their message.

use std::time::Duration;

use otp_core::usecases::expire_pending_messages::{ExpirePendingMessages, ExpiryRound};

use super::worker::{Progress, Task, TaskError};

/// The task.
pub(super) struct ExpireMessages(pub(super) ExpirePendingMessages);

impl Task for ExpireMessages {
    const NAME: &'static str = "expire_pending_messages";

    /// A receipt that arrived before its message waits this long at most.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let ExpiryRound {
            expired,
            matched,
            dropped,
            searched_all,
        } = self.0.execute().await?;
        otp_http::note_dropped_receipts(&dropped);
        if expired + matched > 0 {
            tracing::info!(expired, matched, "settled pending messages");
        }
        // A round that did not look at all messages says nothing about one that could not be settled.
        Ok(if searched_all {
            Progress::Done
        } else {
            Progress::Idle
        })
    }
}
