//! Latencies. All of them are kept, so percentiles are exact.

use std::time::Duration;

use serde_json::{Value, json};

/// Latencies of one kind of request.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// Adds all latencies of `other`.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Returns the number per second, if all were measured within this time.
    pub(crate) fn rate(&self, elapsed: Duration) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
        let count = self.count() as f64;
        count / elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// Returns these percentiles in milliseconds. The latencies are sorted only once.
    pub(crate) fn percentiles_ms<const N: usize>(&mut self, percents: [f64; N]) -> [f64; N] {
        self.0.sort_unstable();
        percents.map(|percent| nearest_rank(&self.0, percent).as_secs_f64() * 1_000.0)
    }

    /// Returns the latencies in the order in which they were added.
    pub(crate) fn in_order(&self) -> &[Duration] {
        &self.0
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the latency that this share of all requests did not exceed (nearest rank), or zero
    /// without requests.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        nearest_rank(&sorted, percent)
    }

    /// Returns the count, percentiles and maximum as JSON, in milliseconds.
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

fn nearest_rank(sorted: &[Duration], percent: f64) -> Duration {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank among a few million, between none and all of them"
    )]
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    let last = sorted.len().max(1);
    sorted
        .get(rank.clamp(1, last) - 1)
        .copied()
        .unwrap_or_default()
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
