//! The chaos switch: added latency and a share of failing sends, the same for the same seed.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::behaviour::Behaviour;

/// What goes wrong with ordinary sends; test numbers and scripts keep their own behaviour.
#[derive(Debug)]
pub(crate) struct Chaos {
    seed: u64,
    rng: StdRng,
    pub(crate) latency: Duration,
    pub(crate) error_rate: f64,
    pub(crate) error_code: u32,
}

impl Chaos {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: StdRng::seed_from_u64(seed),
            latency: Duration::ZERO,
            error_rate: 0.0,
            error_code: 131_000,
        }
    }

    /// Changes the switch and starts its sequence anew, so that a test sees the same failures
    /// whatever ran before it.
    pub(crate) fn set(&mut self, latency: Duration, error_rate: f64, error_code: u32) {
        *self = Self {
            latency,
            error_rate,
            error_code,
            ..Self::new(self.seed)
        };
    }

    /// Decides about the next ordinary send.
    pub(crate) fn draw(&mut self) -> Behaviour {
        if self.error_rate > 0.0 && self.rng.random::<f64>() < self.error_rate {
            Behaviour::refuse(self.error_code)
        } else {
            Behaviour::ACCEPT
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(chaos: &mut Chaos) -> Vec<bool> {
        (0..1000)
            .map(|_| chaos.draw() != Behaviour::ACCEPT)
            .collect()
    }

    #[test]
    fn one_seed_fails_the_same_sends_at_about_the_rate_asked_for() {
        let mut chaos = Chaos::new(42);
        chaos.set(Duration::ZERO, 0.25, 131_000);
        let first = failures(&mut chaos);
        chaos.set(Duration::ZERO, 0.25, 131_000);
        assert_eq!(first, failures(&mut chaos));
        let failed = first.iter().filter(|failed| **failed).count();
        assert!((200..300).contains(&failed), "{failed} of 1000");
    }

    #[test]
    fn a_rate_of_nought_never_fails_and_of_one_always() {
        let mut chaos = Chaos::new(1);
        assert!(failures(&mut chaos).iter().all(|failed| !failed));
        chaos.set(Duration::ZERO, 1.0, 131_000);
        assert!(failures(&mut chaos).iter().all(|failed| *failed));
    }
}
