//! Randomness that is the same each time.

use std::sync::Mutex;

use otp_core::ports::Randomness;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A generator with a seed: reproducible, and different for every call.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<StdRng>);

impl SeededRandomness {
    /// A generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .expect("filling bytes does not panic")
            .fill_bytes(bytes);
    }
}
