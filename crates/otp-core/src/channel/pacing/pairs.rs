//! Pairs of sender and recipient that pause, because WhatsApp limits the messages of each pair.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::hold::Hold;
use crate::ports::ProviderRefusal;

/// At most this many pairs are remembered; beyond that a refusal delays its own message only.
const MAX_PAIRS: usize = 10_000;

/// The longest pause: 4⁴ seconds.
const MAX_PAUSE: Duration = Duration::from_secs(256);

/// How long after its pause a pair is remembered if it has no further refusals.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// The least time between two searches for pairs to forget.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Pairs<S, R> {
    paused: HashMap<(S, R), Pause>,
    swept_at: Duration,
}

#[derive(Debug)]
struct Pause {
    refusals: u32,
    until: Duration,
    refusal: ProviderRefusal,
}

impl<S, R> Default for Pairs<S, R> {
    fn default() -> Self {
        Self {
            paused: HashMap::new(),
            swept_at: Duration::ZERO,
        }
    }
}

impl<S: Copy + Eq + Hash, R: Clone + Eq + Hash> Pairs<S, R> {
    pub(super) fn hold(&self, sender: S, to: &R, now: Duration) -> Option<Hold> {
        // Usually there are none, and then the key for the look-up need not be copied.
        if self.paused.is_empty() {
            return None;
        }
        let pause = self.paused.get(&(sender, to.clone()))?;
        let after = pause
            .until
            .checked_sub(now)
            .filter(|left| !left.is_zero())?;
        Some(Hold {
            refusal: pause.refusal.clone(),
            after,
        })
    }

    /// Pauses a pair and returns the pause: 4, 4, 16, 64 … seconds, or the provider's if that is longer.
    ///
    /// Meta advises 4ⁿ seconds with n from 0, but frees a pair after 6 seconds. With two pauses of 4
    /// seconds, the third call comes after those 6 seconds and within a request's deadline.
    pub(super) fn slow(
        &mut self,
        (sender, to): (S, &R),
        refusal: &ProviderRefusal,
        asked: Option<Duration>,
        now: Duration,
    ) -> Duration {
        self.sweep(now);
        let key = (sender, to.clone());
        let refusals = self.paused.get(&key).map_or(0, |pause| pause.refusals) + 1;
        let advised = Duration::from_secs(4_u64.pow(refusals.saturating_sub(1).clamp(1, 4)));
        let pause = asked.unwrap_or_default().max(advised.min(MAX_PAUSE));
        if refusals > 1 || self.paused.len() < MAX_PAIRS {
            let paused = Pause {
                refusals,
                until: now + pause,
                refusal: refusal.clone(),
            };
            self.paused.insert(key, paused);
        }
        pause
    }

    pub(super) fn succeeded(&mut self, sender: S, to: &R) {
        if !self.paused.is_empty() {
            self.paused.remove(&(sender, to.clone()));
        }
    }

    fn sweep(&mut self, now: Duration) {
        if now >= self.swept_at + SWEEP_EVERY {
            self.swept_at = now;
            self.paused
                .retain(|_, pause| now < pause.until + FORGOTTEN_AFTER);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.paused.len()
    }
}
