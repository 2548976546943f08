//! Forget test messages: removes messages of test inboxes a day after they were accepted.
//!
//! Every process may do this at any time.

use std::sync::Arc;

use crate::ports::{Clock, PortError, TestInbox};
use crate::test_inbox::KEPT_FOR;

/// At most this many are removed in one step, so that no transaction takes long.
const MAX_AT_ONCE: usize = 1_000;

/// Forgets test messages.
#[derive(Clone)]
pub struct ForgetTestMessages {
    /// Keeps the messages.
    pub inbox: Arc<dyn TestInbox>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ForgetTestMessages {
    /// Removes the oldest messages that were accepted longer ago than [`KEPT_FOR`]. Returns whether there
    /// may be more of them.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let before = self.clock.now() - KEPT_FOR;
        let removed = self.inbox.forget_received(before, MAX_AT_ONCE).await?;
        Ok(removed == MAX_AT_ONCE)
    }
}
