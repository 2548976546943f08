//! A bounded list that numbers its entries and drops the oldest ones.

use std::collections::VecDeque;

/// The latest entries, each with an id; ids count up from 1 without a gap.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    entries: VecDeque<T>,
    capacity: usize,
    total: u64,
}

impl<T> Ring<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            capacity,
            total: 0,
        }
    }

    /// Adds the entry that `make` builds for the next id, and returns that id.
    pub(crate) fn push(&mut self, make: impl FnOnce(u64) -> T) -> u64 {
        self.total += 1;
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(make(self.total));
        self.total
    }

    /// Returns the entry with this id, or `None` if it was dropped.
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let dropped = self.total - self.entries.len() as u64;
        let index = usize::try_from(id.checked_sub(dropped + 1)?).ok()?;
        self.entries.get_mut(index)
    }

    /// Returns the number of entries ever added.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Returns at most `limit` of the latest matching entries, oldest first.
    pub(crate) fn latest(&self, limit: usize, matches: impl Fn(&T) -> bool) -> Vec<&T> {
        let newest_first = self.entries.iter().rev().filter(|entry| matches(entry));
        let mut latest: Vec<&T> = newest_first.take(limit).collect();
        latest.reverse();
        latest
    }

    pub(crate) fn count(&self, matches: impl Fn(&T) -> bool) -> usize {
        self.entries.iter().filter(|entry| matches(entry)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_is_dropped_and_the_total_counts_on() {
        let mut ring = Ring::new(2);
        for expected in 1..=3 {
            assert_eq!(ring.push(|id| id * 10), expected);
        }
        assert_eq!(ring.total(), 3);
        assert_eq!(ring.latest(9, |_| true), [&20, &30]);
        assert_eq!(ring.latest(1, |_| true), [&30]);
        assert_eq!(ring.count(|entry| *entry == 20), 1);
    }

    #[test]
    fn an_entry_is_found_by_its_id_until_it_is_dropped() {
        let mut ring = Ring::new(2);
        for _ in 0..3 {
            ring.push(|id| id);
        }
        for (id, found) in [(0, None), (1, None), (2, Some(2)), (3, Some(3)), (4, None)] {
            assert_eq!(ring.get_mut(id).copied(), found, "{id}");
        }
    }
}
