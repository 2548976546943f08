//! Meta's two sending limits: messages to one recipient, and messages per second of one number.
//!
//! Both are the generic cell rate algorithm: each key remembers when it would be free again if
//! every message took its full distance, and may be ahead of that by the burst.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::options::PairLimit;

/// More keys than this are forgotten rather than kept; a limit then starts afresh.
const MOST_KEYS: usize = 10_000;

/// Which limit a send ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateExceeded {
    /// Too many to this recipient: 131056.
    Pair,
    /// Too many from this number: 130429.
    Throughput,
}

/// The limits and what they remember.
#[derive(Debug)]
pub(crate) struct Rates {
    pub(crate) pair: Option<PairLimit>,
    pub(crate) throughput_per_second: Option<u32>,
    pairs: HashMap<(String, String), Instant>,
    numbers: HashMap<String, Instant>,
}

impl Rates {
    pub(crate) fn new(pair: Option<PairLimit>, throughput_per_second: Option<u32>) -> Self {
        Self {
            pair,
            throughput_per_second,
            pairs: HashMap::new(),
            numbers: HashMap::new(),
        }
    }

    /// Counts one send, or says which limit refuses it.
    pub(crate) fn take(&mut self, from: &str, to: &str, now: Instant) -> Result<(), RateExceeded> {
        if let Some(limit) = self.pair {
            let key = (from.to_owned(), to.to_owned());
            if !take(&mut self.pairs, key, limit.every, limit.burst, now) {
                return Err(RateExceeded::Pair);
            }
        }
        if let Some(per_second) = self.throughput_per_second {
            let every = Duration::from_secs(1) / per_second.max(1);
            if !take(&mut self.numbers, from.to_owned(), every, per_second, now) {
                return Err(RateExceeded::Throughput);
            }
        }
        Ok(())
    }
}

fn take<K: std::hash::Hash + Eq>(
    free_at: &mut HashMap<K, Instant>,
    key: K,
    every: Duration,
    burst: u32,
    now: Instant,
) -> bool {
    if free_at.len() >= MOST_KEYS {
        free_at.retain(|_, at| *at > now);
        if free_at.len() >= MOST_KEYS {
            free_at.clear();
        }
    }
    let at = free_at.get(&key).copied().unwrap_or(now).max(now);
    if at - now > every * burst.saturating_sub(1) {
        return false;
    }
    free_at.insert(key, at + every);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_message_per_interval() {
        let pair = PairLimit {
            every: Duration::from_secs(6),
            burst: 3,
        };
        let mut rates = Rates::new(Some(pair), None);
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(rates.take("a", "1", start), Ok(()));
        }
        assert_eq!(rates.take("a", "1", start), Err(RateExceeded::Pair));
        assert_eq!(
            rates.take("a", "2", start),
            Ok(()),
            "another recipient is free"
        );
        let later = start + Duration::from_secs(6);
        assert_eq!(rates.take("a", "1", later), Ok(()));
        assert_eq!(rates.take("a", "1", later), Err(RateExceeded::Pair));
    }

    #[test]
    fn throughput_counts_every_recipient_of_one_number() {
        let mut rates = Rates::new(None, Some(2));
        let now = Instant::now();
        assert_eq!(rates.take("a", "1", now), Ok(()));
        assert_eq!(rates.take("a", "2", now), Ok(()));
        assert_eq!(rates.take("a", "3", now), Err(RateExceeded::Throughput));
        assert_eq!(rates.take("b", "3", now), Ok(()));
    }

    #[test]
    fn remembered_keys_are_bounded() {
        let pair = PairLimit {
            every: Duration::from_secs(6),
            burst: 1,
        };
        let mut rates = Rates::new(Some(pair), None);
        let now = Instant::now();
        for n in 0..3 * MOST_KEYS {
            rates
                .take("a", &n.to_string(), now)
                .expect("every recipient is new");
        }
        assert!(rates.pairs.len() <= MOST_KEYS);
    }
}
