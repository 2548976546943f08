//! Slots: the quarters of an hour in which messages are counted.

use std::time::Duration;

use crate::time::Timestamp;

/// The length of a slot. It divides a day.
pub const SLOT: Duration = Duration::from_secs(15 * 60);

/// A day in UTC.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after its end a slot is settled. What happens to its messages later is no longer counted.
pub const SETTLED_AFTER: Duration = DAY;

/// The instants from one until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub from: Timestamp,
    /// The instant after the last.
    pub until: Timestamp,
}

impl Period {
    /// Returns its two halves; `None` if it is a single millisecond.
    pub fn halves(self) -> Option<[Self; 2]> {
        let half = self.until.since(self.from) / 2;
        let middle = self.from + half;
        (middle > self.from).then_some([
            Self {
                from: self.from,
                until: middle,
            },
            Self {
                from: middle,
                until: self.until,
            },
        ])
    }
}

/// A quarter of an hour, as the time it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(Timestamp);

impl Slot {
    /// Returns the slot of an instant.
    pub fn of(instant: Timestamp) -> Self {
        Self(beginning(instant, SLOT))
    }

    /// Returns its instants.
    pub fn period(self) -> Period {
        Period {
            from: self.0,
            until: self.0 + SLOT,
        }
    }
}

/// Returns the beginning of the day of an instant, in UTC.
pub fn day_of(instant: Timestamp) -> Timestamp {
    beginning(instant, DAY)
}

/// Returns the last instant until this one that is a whole number of lengths after 1970-01-01.
fn beginning(instant: Timestamp, length: Duration) -> Timestamp {
    let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    let millis = instant.unix_millis();
    Timestamp::from_unix_millis(millis - millis.rem_euclid(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-05-14T00:00:00Z.
    const MIDNIGHT: i64 = 1_778_716_800_000;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_unix_millis(MIDNIGHT + minutes * 60_000)
    }

    #[test]
    fn slots_and_days_begin_at_multiples_of_their_length() {
        let just_before = Timestamp::from_unix_millis(MIDNIGHT - 1);
        for (instant, slot, day) in [
            (at(0), 0, 0),
            (at(14), 0, 0),
            (at(15), 15, 0),
            (at(1_439), 1_425, 0),
            (at(1_440), 1_440, 1_440),
            (just_before, -15, -1_440),
        ] {
            assert_eq!(Slot::of(instant), Slot(at(slot)), "{instant:?}");
            assert_eq!(day_of(instant), at(day), "{instant:?}");
        }
        assert_eq!(DAY.as_secs() % SLOT.as_secs(), 0);
        let period = Slot::of(at(20)).period();
        assert_eq!((period.from, period.until), (at(15), at(30)));
    }

    #[test]
    fn halves_have_the_same_instants_as_the_whole() {
        let whole = |millis| Period {
            from: at(0),
            until: at(0) + Duration::from_millis(millis),
        };
        for millis in [2, 3, 900_000] {
            let [first, second] = whole(millis).halves().expect("two");
            assert_eq!(
                (first.from, second.until),
                (whole(millis).from, whole(millis).until)
            );
            assert_eq!(first.until, second.from);
            assert!(first.from < first.until && second.from < second.until);
        }
        assert_eq!(whole(1).halves(), None);
        assert_eq!(whole(0).halves(), None);
    }
}
