//! The stored tallies of insights.

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::insights::{CountedSlot, RollupState, Rollups, SettledSlot, Tallies};
use crate::ports::PortError;
use crate::time::Timestamp;

/// Holds what the background work has counted.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait InsightRollups: Send + Sync {
    /// Returns how far accounts are counted, in the order of their ids, beginning with `from`: at most `most`.
    /// An adapter MUST find the first uncounted and the first unsettled message by an index.
    async fn rollup_states(
        &self,
        from: AccountId,
        most: usize,
    ) -> Result<Vec<RollupState>, PortError>;

    /// Keeps the tallies of a slot, and that the account is counted until its end. Returns `false` and changes
    /// nothing if the account is not counted until [`CountedSlot::counted_until`]: another process was faster.
    async fn keep_counted(&self, counted: &CountedSlot) -> Result<bool, PortError>;

    /// Replaces the tallies of a slot's day, forgets those of the slot, and keeps that the account is settled until
    /// its end, all or nothing. Returns `false` and changes nothing if the account is not settled until
    /// [`SettledSlot::settled_until`].
    async fn keep_settled(&self, settled: &SettledSlot) -> Result<bool, PortError>;

    /// Returns the settled tallies of a day; empty ones if there are none.
    async fn settled_day(
        &self,
        account_id: AccountId,
        day: Timestamp,
    ) -> Result<Tallies, PortError>;

    /// Returns the tallies of an account from this day on, all as of one moment.
    async fn rollups(&self, account_id: AccountId, from: Timestamp) -> Result<Rollups, PortError>;
}
