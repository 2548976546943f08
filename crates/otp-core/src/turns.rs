//! Turns: the work that waits for one account leaves places for the work of others.
//!
//! Whatever is claimed from a queue takes a place until it is done. An account gets at most three quarters of
//! the places of a process. So one that has ten thousand messages in the queue, or whose hand-overs take long,
//! never holds up the message of another.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::AccountId;

/// The work that is under way in this process.
#[derive(Debug)]
pub struct WorkUnderWay {
    places: usize,
    by_account: BTreeMap<AccountId, usize>,
}

/// The work that may begin now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// At most this many pieces of it, of all accounts together.
    pub most: usize,
    /// The accounts that have all the places they may have.
    pub left_out: BTreeSet<AccountId>,
}

impl Room {
    /// Returns room for this many pieces of work, of whatever accounts.
    pub fn for_all(most: usize) -> Self {
        Self {
            most,
            left_out: BTreeSet::new(),
        }
    }
}

impl WorkUnderWay {
    /// Creates a process with this many places, none of them taken.
    pub fn with_places(places: usize) -> Self {
        Self {
            places,
            by_account: BTreeMap::new(),
        }
    }

    /// Takes a place for an account.
    pub fn begin(&mut self, account: AccountId) {
        *self.by_account.entry(account).or_default() += 1;
    }

    /// Frees a place of an account.
    pub fn end(&mut self, account: AccountId) {
        if let Some(under_way) = self.by_account.get_mut(&account) {
            *under_way -= 1;
            if *under_way == 0 {
                self.by_account.remove(&account);
            }
        }
    }

    /// Returns what may begin now; `None` if every place is taken.
    ///
    /// All of it may belong to one account, even to the one that has the most places already.
    pub fn room(&self) -> Option<Room> {
        let taken: usize = self.by_account.values().sum();
        let free = self.places.checked_sub(taken).filter(|free| *free > 0)?;
        let of_one = self.of_one_account();
        let accounts = self.by_account.iter();
        let (full, others): (Vec<_>, Vec<_>) = accounts.partition(|(_, count)| **count >= of_one);
        let most_of_others = others.into_iter().map(|(_, count)| *count).max();
        Some(Room {
            most: free.min(of_one - most_of_others.unwrap_or_default()),
            left_out: full.into_iter().map(|(account, _)| *account).collect(),
        })
    }

    fn of_one_account(&self) -> usize {
        (self.places * 3 / 4).max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn account(number: usize) -> AccountId {
        AccountId(Uuid::from_u128(number as u128))
    }

    fn under_way(places: usize, counts: &[usize]) -> WorkUnderWay {
        let mut work = WorkUnderWay::with_places(places);
        for (number, count) in counts.iter().enumerate() {
            (0..*count).for_each(|_| work.begin(account(number)));
        }
        work
    }

    #[test]
    fn one_account_gets_three_quarters_of_the_places() {
        for (places, counts, expected) in [
            (8, vec![], Some((6, vec![]))),
            (8, vec![1], Some((5, vec![]))),
            (8, vec![6], Some((2, vec![0]))),
            (8, vec![6, 1], Some((1, vec![0]))),
            (8, vec![6, 2], None),
            (8, vec![2, 5], Some((1, vec![]))),
            (16, vec![12, 3], Some((1, vec![0]))),
            (1, vec![], Some((1, vec![]))),
            (1, vec![1], None),
            (0, vec![], None),
        ] {
            let room = under_way(places, &counts).room();
            let expected = expected.map(|(most, left_out)| Room {
                most,
                left_out: left_out.into_iter().map(account).collect(),
            });
            assert_eq!(room, expected, "{counts:?} of {places}");
        }
    }

    #[test]
    fn what_ends_frees_its_place() {
        let mut work = under_way(8, &[6, 1]);
        work.end(account(0));
        work.end(account(1));
        work.end(account(1));
        assert_eq!(work.room(), Some(Room::for_all(1)));
        (0..5).for_each(|_| work.end(account(0)));
        assert_eq!(work.room(), Some(Room::for_all(6)));
    }

    proptest! {
        /// However much of its work waits, an account takes no more than its share of the places.
        #[test]
        fn an_account_never_has_more_than_its_share(
            places in 2..20_usize,
            waiting in proptest::collection::vec(0..40_usize, 1..5),
        ) {
            let mut work = WorkUnderWay::with_places(places);
            let mut waiting = waiting;
            while let Some(room) = work.room() {
                prop_assert!(room.most > 0);
                let next = (0..waiting.len())
                    .find(|number| waiting[*number] > 0 && !room.left_out.contains(&account(*number)));
                let Some(next) = next else { break };
                for _ in 0..room.most.min(waiting[next]) {
                    waiting[next] -= 1;
                    work.begin(account(next));
                }
                let taken: usize = work.by_account.values().sum();
                prop_assert!(taken <= places);
                let most = work.by_account.values().max();
                prop_assert!(*most.expect("begun") <= (places * 3 / 4).max(1));
            }
        }
    }
}
