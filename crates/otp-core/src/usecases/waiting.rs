//! Waiting: a request that finds nothing waits until there is something.

use std::time::Duration;

use crate::ids::AccountId;
use crate::ports::{Clock, InboxBell};

/// The longest wait.
pub const MAX_WAIT: Duration = Duration::from_secs(30);

/// A request that may wait.
pub(super) struct Waiting<'a> {
    /// The account of the request.
    pub(super) account: AccountId,
    /// How long it waits, at most [`MAX_WAIT`].
    pub(super) wait: Duration,
    /// The pause between two looks, which find what another process stored.
    pub(super) look_again: Duration,
    /// Limits how many requests wait, and ends their wait when the process ends.
    pub(super) bell: &'a dyn InboxBell,
    /// Tells the time.
    pub(super) clock: &'a dyn Clock,
}

/// Too many requests wait.
pub(super) struct TooManyWaiting;

impl Waiting<'_> {
    /// Looks until it finds something or the wait is over. It may be dropped while it waits.
    pub(super) async fn until_found<T, E, F>(self, look: impl Fn() -> F) -> Result<Vec<T>, E>
    where
        F: Future<Output = Result<Vec<T>, E>>,
        E: From<TooManyWaiting>,
    {
        let wait = self.wait.min(MAX_WAIT);
        if wait.is_zero() {
            return look().await;
        }
        let started = self.clock.monotonic();
        let mut listener = self.bell.listen(self.account).ok_or(TooManyWaiting)?;
        loop {
            let found = look().await?;
            let waited = self.clock.monotonic().saturating_sub(started);
            let left = wait.saturating_sub(waited);
            let is_over = !found.is_empty() || left.is_zero();
            if is_over || !listener.heard(left.min(self.look_again)).await {
                return Ok(found);
            }
        }
    }
}
