//! The chaos switch: extra latency, and a share of failing sends.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::behaviour::Behaviour;

/// A fixed seed makes the same sends fail in every run.
const SEED: u64 = 1;

/// The failures of ordinary sends. Test numbers and scripted numbers keep their own behaviour.
#[derive(Debug)]
pub(crate) struct Chaos {
    rng: StdRng,
    pub(crate) latency: Duration,
    error_rate: f64,
    error_code: u32,
}

impl Chaos {
    pub(crate) fn new(latency: Duration, error_rate: f64, error_code: u32) -> Self {
        Self {
            rng: StdRng::seed_from_u64(SEED),
            latency,
            error_rate,
            error_code,
        }
    }

    /// Returns the switch in its off position.
    pub(crate) fn off() -> Self {
        Self::new(Duration::ZERO, 0.0, 0)
    }

    /// Decides the next ordinary send.
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

    fn failures(error_rate: f64) -> Vec<bool> {
        let mut chaos = Chaos::new(Duration::ZERO, error_rate, 131_000);
        (0..1000)
            .map(|_| chaos.draw() != Behaviour::ACCEPT)
            .collect()
    }

    #[test]
    fn the_same_sends_fail_at_about_the_requested_rate() {
        let first = failures(0.25);
        assert_eq!(first, failures(0.25));
        let failed = first.iter().filter(|failed| **failed).count();
        assert!((200..300).contains(&failed), "{failed} of 1000");
    }

    #[test]
    fn a_rate_of_zero_never_fails_and_a_rate_of_one_always_fails() {
        assert!(failures(0.0).iter().all(|failed| !failed));
        assert!(failures(1.0).iter().all(|failed| *failed));
    }
}
