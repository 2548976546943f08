//! The bell of test inboxes.

use std::time::Duration;

use async_trait::async_trait;

use crate::ids::AccountId;

/// Wakes those who wait for a message in a test inbox, within this process.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait InboxBell: Send + Sync {
    /// Wakes those who wait for a message of this account.
    fn ring(&self, account: AccountId);

    /// Begins to listen; `None` if too many listen already, for this account or in total.
    ///
    /// A ring after this call MUST NOT be missed, even before the listener waits for it.
    fn listen(&self, account: AccountId) -> Option<Box<dyn InboxListener>>;
}

/// Waits for messages in a test inbox. It counts as a listener until it is dropped.
#[async_trait]
pub trait InboxListener: Send {
    /// Waits until the bell has rung since the last call, at most for this long. Returns `false` if it will
    /// not ring any more, because the process is about to end.
    async fn heard(&mut self, at_most: Duration) -> bool;
}
