//! Roll up insights: counts the messages of each quarter of an hour, and stores the counts.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::insights::{
    CountedSlot, InsightsQuery, Period, RollupState, SettledSlot, Slot, Tallies, day_of,
};
use crate::ports::{Clock, InsightRollups, Insights, PortError};
use crate::usecases::show_insights::MAX_COUNTED;

/// This many accounts are looked at together.
const ACCOUNTS: usize = 200;

/// At most this many slots of an account are counted before the other accounts have their turn.
const SLOTS: usize = 8;

/// Rolls up insights.
#[derive(Clone)]
pub struct RollUpInsights {
    /// Finds how far messages got.
    pub insights: Arc<dyn Insights>,
    /// Holds the counts.
    pub rollups: Arc<dyn InsightRollups>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl RollUpInsights {
    /// Returns how far some accounts are counted, in the order of their ids, and the first of the next ones.
    pub async fn states(
        &self,
        from: AccountId,
    ) -> Result<(Vec<RollupState>, Option<AccountId>), PortError> {
        let mut states = self.rollups.rollup_states(from, ACCOUNTS + 1).await?;
        let next = states.get(ACCOUNTS).map(|state| state.account_id);
        states.truncate(ACCOUNTS);
        Ok((states, next))
    }

    /// Counts and settles what is due of an account, but only some slots. Returns whether more may be due.
    pub async fn advance(&self, mut state: RollupState) -> Result<bool, PortError> {
        for _ in 0..SLOTS {
            if !self.count(&state).await? && !self.settle(&state).await? {
                return Ok(false);
            }
            let found = self.rollups.rollup_states(state.account_id, 1).await?;
            match found.first() {
                Some(found) if found.account_id == state.account_id => state = *found,
                Some(_) | None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Counts the next slot. Returns whether there was one.
    async fn count(&self, state: &RollupState) -> Result<bool, PortError> {
        let Some(slot) = state.to_count(self.clock.now()) else {
            return Ok(false);
        };
        let counted = CountedSlot {
            account_id: state.account_id,
            counted_until: state.counted_until,
            slot,
            tallies: self.tallies(state.account_id, slot.period()).await?,
        };
        self.rollups.keep_counted(&counted).await?;
        Ok(true)
    }

    /// Settles the next slot. Returns whether there was one.
    async fn settle(&self, state: &RollupState) -> Result<bool, PortError> {
        let Some(slot) = state.to_settle(self.clock.now()) else {
            return Ok(false);
        };
        self.rollups
            .keep_settled(&self.settled(state, slot).await?)
            .await?;
        Ok(true)
    }

    async fn settled(&self, state: &RollupState, slot: Slot) -> Result<SettledSlot, PortError> {
        let account_id = state.account_id;
        let period = slot.period();
        // Another process may settle a slot of this day meanwhile. Then nothing of this is kept, because the
        // account is no longer settled until the same time.
        let mut tallies = self
            .rollups
            .settled_day(account_id, day_of(period.from))
            .await?;
        tallies.merge(&self.tallies(account_id, period).await?);
        Ok(SettledSlot {
            account_id,
            settled_until: state.settled_until,
            slot,
            tallies,
        })
    }

    /// Counts the messages of a period, in parts if they are many.
    async fn tallies(&self, account_id: AccountId, period: Period) -> Result<Tallies, PortError> {
        let mut tallies = Tallies::default();
        let mut parts = vec![period];
        while let Some(part) = parts.pop() {
            let halves = part.halves();
            let query = InsightsQuery {
                account_id,
                from: part.from,
                until: part.until,
                // A millisecond has no parts.
                most: halves.map_or(usize::MAX, |_| MAX_COUNTED),
            };
            match self.insights.funnel_facts(&query).await? {
                Some(facts) => tallies.merge(&Tallies::of(&facts)),
                None => parts.extend(halves.into_iter().flatten()),
            }
        }
        Ok(tallies)
    }
}
