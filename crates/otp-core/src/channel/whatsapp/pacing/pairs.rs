//! Pairs of sender and recipient that pause: the provider counts what one number sends to another.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::hold::Hold;
use crate::ports::ProviderRefusal;

/// The most pairs remembered. Beyond it a refusal slows its own message only.
const MAX_PAIRS: usize = 10_000;

/// No pause is longer: 4⁴ seconds.
const MAX_PAUSE: Duration = Duration::from_secs(256);

/// A pair that was left alone for so long after its pause starts afresh.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// Pairs forgotten are looked for this often at most, however many there are.
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
        // Mostly there is none, and then nothing is copied to look it up.
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

    /// Slows a pair and says for how long: 4, 4, 16, 64 … seconds, or what the provider asks for if that
    /// is longer. Meta advises 4ⁿ from 1 on, but frees a pair after 6 seconds: so the third call falls
    /// behind them, and within a request's deadline.
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
