//! Roll-ups: tallies that are stored, so that insights over months read as little as those over a day.
//!
//! Messages are counted in slots of [`SLOT`](super::SLOT). A slot is counted as soon as it is over. Receipts come
//! later, so it is counted again [`SETTLED_AFTER`] its end: then it is settled, and becomes part of its day.

use std::time::Duration;

use super::slot::{SETTLED_AFTER, Slot, day_of};
use super::tally::Tallies;
use crate::ids::AccountId;
use crate::time::Timestamp;

/// A slot is counted this long after its end: its last messages may still be under way into the database, and the
/// clocks of two servers differ.
const GRACE: Duration = Duration::from_secs(60);

/// How far the messages of an account are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollupState {
    /// The account.
    pub account_id: AccountId,
    /// Every slot before then is counted; `None` if none ever was.
    pub counted_until: Option<Timestamp>,
    /// Every slot before then is settled; `None` if none ever was.
    pub settled_until: Option<Timestamp>,
    /// The creation of the first message that is not in a counted slot.
    pub first_uncounted: Option<Timestamp>,
    /// The creation of the first message that is not in a settled slot.
    pub first_unsettled: Option<Timestamp>,
}

impl RollupState {
    /// Returns the next slot that has messages and can be counted.
    pub fn to_count(&self, now: Timestamp) -> Option<Slot> {
        let slot = Slot::of(self.first_uncounted?);
        (slot.period().until + GRACE <= now).then_some(slot)
    }

    /// Returns the next slot that has messages and can be settled. Only a counted slot is settled.
    pub fn to_settle(&self, now: Timestamp) -> Option<Slot> {
        let slot = Slot::of(self.first_unsettled?);
        let end = slot.period().until;
        (end + SETTLED_AFTER <= now && Some(end) <= self.counted_until).then_some(slot)
    }
}

/// A slot that was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedSlot {
    /// The account.
    pub account_id: AccountId,
    /// How far the account was counted before.
    pub counted_until: Option<Timestamp>,
    /// The slot.
    pub slot: Slot,
    /// Its messages.
    pub tallies: Tallies,
}

/// A slot that was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledSlot {
    /// The account.
    pub account_id: AccountId,
    /// How far the account was settled before.
    pub settled_until: Option<Timestamp>,
    /// The slot.
    pub slot: Slot,
    /// The messages of all settled slots of its day, this one included.
    pub tallies: Tallies,
}

impl SettledSlot {
    /// Returns the beginning of its day.
    pub fn day(&self) -> Timestamp {
        day_of(self.slot.period().from)
    }
}

/// The stored tallies of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollups {
    /// Every message created before then is in them; `None` if the account was never counted.
    pub counted_until: Option<Timestamp>,
    /// The settled part of each day, by its beginning.
    pub days: Vec<(Timestamp, Tallies)>,
    /// Each slot that is counted but not settled, by its beginning.
    pub slots: Vec<(Timestamp, Tallies)>,
}

impl Rollups {
    /// Returns the time from which on no message of a period is in them, if the period begins at `first`.
    pub fn counted_since(&self, first: Timestamp) -> Timestamp {
        self.counted_until.unwrap_or(first).max(first)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// 2026-05-14T00:00:00Z.
    const MIDNIGHT: i64 = 1_778_716_800_000;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_unix_millis(MIDNIGHT + minutes * 60_000)
    }

    fn state(minute: i64) -> RollupState {
        RollupState {
            account_id: AccountId(Uuid::nil()),
            counted_until: None,
            settled_until: None,
            first_uncounted: Some(at(minute)),
            first_unsettled: Some(at(minute)),
        }
    }

    #[test]
    fn a_slot_is_counted_a_minute_after_its_end() {
        let state = state(20);
        assert_eq!(state.to_count(at(30)), None);
        assert_eq!(state.to_count(at(31)), Some(Slot::of(at(15))));
        let nothing = RollupState {
            first_uncounted: None,
            ..state
        };
        assert_eq!(nothing.to_count(at(9_999)), None);
    }

    #[test]
    fn a_counted_slot_is_settled_a_day_after_its_end() {
        let day_later = 30 + 24 * 60;
        let state = RollupState {
            counted_until: Some(at(30)),
            ..state(20)
        };
        assert_eq!(state.to_settle(at(day_later - 1)), None);
        assert_eq!(state.to_settle(at(day_later)), Some(Slot::of(at(15))));
        for counted_until in [None, Some(at(29))] {
            let uncounted = RollupState {
                counted_until,
                ..state
            };
            assert_eq!(
                uncounted.to_settle(at(day_later)),
                None,
                "{counted_until:?}"
            );
        }
    }
}
