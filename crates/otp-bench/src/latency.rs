//! Latencies, every one kept: percentiles are exact.

use std::time::Duration;

use serde_json::{Value, json};

/// Latencies of one kind of request.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that this share of all requests did not exceed (nearest rank); zero without any.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank among a few million, between none and all of them"
        )]
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted
            .get(rank.clamp(1, sorted.len().max(1)) - 1)
            .copied()
            .unwrap_or_default()
    }

    /// In milliseconds.
    pub(crate) fn summary(&self) -> Value {
        let ms = |percent| self.percentile(percent).as_secs_f64() * 1_000.0;
        json!({
            "count": self.count(),
            "p50Ms": ms(50.0),
            "p99Ms": ms(99.0),
            "p999Ms": ms(99.9),
            "maxMs": ms(100.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(99.0), Duration::ZERO);
        for ms in (1..=200).rev() {
            latencies.add(Duration::from_millis(ms));
        }
        for (percent, expected) in [
            (0.0, 1),
            (50.0, 100),
            (99.0, 198),
            (99.9, 200),
            (100.0, 200),
        ] {
            assert_eq!(
                latencies.percentile(percent),
                Duration::from_millis(expected)
            );
        }
    }
}
