//! The stored tallies of insights in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::insights::{CountedSlot, RollupState, Rollups, SettledSlot, Tallies};
use otp_core::ports::{InsightRollups, PortError};
use otp_core::time::Timestamp;

use super::{MemoryStore, State};

/// The counts of an account.
#[derive(Debug, Default)]
pub(super) struct AccountRollups {
    counted_until: Option<Timestamp>,
    settled_until: Option<Timestamp>,
    days: BTreeMap<Timestamp, Tallies>,
    slots: BTreeMap<Timestamp, Tallies>,
}

#[async_trait]
impl InsightRollups for MemoryStore {
    async fn rollup_states(
        &self,
        from: AccountId,
        most: usize,
    ) -> Result<Vec<RollupState>, PortError> {
        let state = self.state();
        let accounts = state.accounts.iter().map(|account| account.id);
        let mut ids: Vec<_> = accounts.filter(|id| *id >= from).collect();
        ids.sort_unstable();
        ids.truncate(most);
        Ok(ids.into_iter().map(|id| state.rollup_state(id)).collect())
    }

    async fn keep_counted(&self, counted: &CountedSlot) -> Result<bool, PortError> {
        let mut state = self.state();
        let rollups = state.rollups.entry(counted.account_id).or_default();
        if rollups.counted_until != counted.counted_until {
            return Ok(false);
        }
        let period = counted.slot.period();
        rollups.counted_until = Some(period.until);
        rollups.slots.insert(period.from, counted.tallies.clone());
        Ok(true)
    }

    async fn keep_settled(&self, settled: &SettledSlot) -> Result<bool, PortError> {
        let mut state = self.state();
        let rollups = state.rollups.entry(settled.account_id).or_default();
        if rollups.counted_until.is_none() || rollups.settled_until != settled.settled_until {
            return Ok(false);
        }
        let period = settled.slot.period();
        rollups.settled_until = Some(period.until);
        rollups.slots.remove(&period.from);
        rollups.days.insert(settled.day(), settled.tallies.clone());
        Ok(true)
    }

    async fn settled_day(
        &self,
        account_id: AccountId,
        day: Timestamp,
    ) -> Result<Tallies, PortError> {
        let state = self.state();
        let rollups = state.rollups.get(&account_id);
        let tallies = rollups.and_then(|rollups| rollups.days.get(&day));
        Ok(tallies.cloned().unwrap_or_default())
    }

    async fn rollups(&self, account_id: AccountId, from: Timestamp) -> Result<Rollups, PortError> {
        let state = self.state();
        let Some(rollups) = state.rollups.get(&account_id) else {
            return Ok(Rollups::default());
        };
        let since = |kept: &BTreeMap<Timestamp, Tallies>| {
            let since = kept.range(from..);
            since.map(|(at, tallies)| (*at, tallies.clone())).collect()
        };
        Ok(Rollups {
            counted_until: rollups.counted_until,
            days: since(&rollups.days),
            slots: since(&rollups.slots),
        })
    }
}

impl State {
    fn rollup_state(&self, account_id: AccountId) -> RollupState {
        let rollups = self.rollups.get(&account_id);
        let counted_until = rollups.and_then(|rollups| rollups.counted_until);
        let settled_until = rollups.and_then(|rollups| rollups.settled_until);
        let first_since = |from: Option<Timestamp>| {
            let messages = self.messages.values().map(|stored| &stored.message);
            let messages = messages.filter(|message| message.account_id == account_id);
            let times = messages.map(|message| message.created_at);
            times.filter(|at| Some(*at) >= from).min()
        };
        RollupState {
            account_id,
            counted_until,
            settled_until,
            first_uncounted: first_since(counted_until),
            first_unsettled: first_since(settled_until),
        }
    }
}
