//! A contest: contenders are measured in turn, round after round, so that a slow minute of the
//! machine affects all of them. The medians of the rounds of one run are compared.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::latency::Latencies;

/// One measurement of one contender.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// Requests a second.
    pub(crate) rate: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    /// Database transactions for each request.
    pub(crate) transactions: Option<f64>,
    /// Waits for the disk for each request.
    pub(crate) syncs: Option<f64>,
    /// Processor time of the server for each request, in microseconds.
    pub(crate) server_us: Option<f64>,
    /// Processor time of the database for each request, in microseconds.
    pub(crate) database_us: Option<f64>,
    /// The server's peak memory so far, in MiB.
    pub(crate) peak_mib: Option<f64>,
}

impl Sample {
    /// Returns the sample of these latencies, which were measured within `elapsed`.
    pub(crate) fn of(mut latencies: Latencies, elapsed: Duration) -> Self {
        let rate = latencies.rate(elapsed);
        let [p50_ms, p99_ms, p999_ms] = latencies.percentiles_ms([50.0, 99.0, 99.9]);
        Self {
            rate,
            p50_ms,
            p99_ms,
            p999_ms,
            ..Self::default()
        }
    }
}

/// Something that is measured.
#[async_trait(?Send)]
pub(crate) trait Contender {
    fn name(&self) -> String;

    /// Makes one measurement.
    async fn measure(&mut self) -> anyhow::Result<Sample>;

    /// Fails if it did anything wrong. It is called after all rounds.
    async fn audit(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// The medians of a contender's rounds.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) median: Sample,
    rates: Vec<f64>,
}

/// Measures all contenders in turn, prints a row for each, and audits each.
pub(crate) async fn contest(
    title: &str,
    rounds: u32,
    contenders: &mut [Box<dyn Contender + '_>],
) -> anyhow::Result<Vec<Standing>> {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds.max(1) {
        for (contender, samples) in contenders.iter_mut().zip(&mut samples) {
            samples.push(contender.measure().await?);
        }
    }
    println!("\n{title}");
    println!(
        "  {:<34} {:>9} {:>19} {:>8} {:>8} {:>8} {:>7} {:>7} {:>8} {:>8} {:>7}",
        "",
        "median/s",
        "(least to most)",
        "p50 ms",
        "p99",
        "p99.9",
        "tx",
        "fsync",
        "CPU µs",
        "db µs",
        "MiB"
    );
    let mut standings = Vec::new();
    for (contender, samples) in contenders.iter_mut().zip(samples) {
        let standing = Standing::of(contender.name(), &samples);
        standing.print();
        contender.audit().await?;
        standings.push(standing);
    }
    Ok(standings)
}

impl Standing {
    fn of(name: String, samples: &[Sample]) -> Self {
        let all = |of: fn(&Sample) -> f64| median(samples.iter().map(of).collect());
        let some = |of: fn(&Sample) -> Option<f64>| {
            let known: Vec<f64> = samples.iter().filter_map(of).collect();
            (!known.is_empty()).then(|| median(known))
        };
        let mut rates: Vec<f64> = samples.iter().map(|sample| sample.rate).collect();
        rates.sort_by(f64::total_cmp);
        Self {
            name,
            rates,
            median: Sample {
                rate: all(|sample| sample.rate),
                p50_ms: all(|sample| sample.p50_ms),
                p99_ms: all(|sample| sample.p99_ms),
                p999_ms: all(|sample| sample.p999_ms),
                transactions: some(|sample| sample.transactions),
                syncs: some(|sample| sample.syncs),
                server_us: some(|sample| sample.server_us),
                database_us: some(|sample| sample.database_us),
                peak_mib: some(|sample| sample.peak_mib),
            },
        }
    }

    fn print(&self) {
        let Self {
            name,
            median,
            rates,
        } = self;
        let some = |value: Option<f64>, digits: usize| {
            value.map_or("-".to_owned(), |value| format!("{value:.digits$}"))
        };
        let range = format!(
            "({:.0} to {:.0})",
            rates.first().copied().unwrap_or_default(),
            rates.last().copied().unwrap_or_default()
        );
        println!(
            "  {name:<34} {:>9.0} {range:>19} {:>8.2} {:>8.2} {:>8.2} {:>7} {:>7} {:>8} {:>8} {:>7}",
            median.rate,
            median.p50_ms,
            median.p99_ms,
            median.p999_ms,
            some(median.transactions, 3),
            some(median.syncs, 3),
            some(median.server_us, 0),
            some(median.database_us, 0),
            some(median.peak_mib, 0),
        );
    }

    pub(crate) fn json(&self) -> Value {
        let median = &self.median;
        json!({
            "name": self.name,
            "rates": self.rates,
            "ratePerSecond": median.rate,
            "p50Ms": median.p50_ms,
            "p99Ms": median.p99_ms,
            "p999Ms": median.p999_ms,
            "transactionsPerRequest": median.transactions,
            "fsyncsPerRequest": median.syncs,
            "serverCpuMicrosPerRequest": median.server_us,
            "databaseCpuMicrosPerRequest": median.database_us,
            "peakMemoryMib": median.peak_mib,
        })
    }
}

/// Returns the standing of the first contender whose name contains `name`.
pub(crate) fn find<'a>(standings: &'a [Standing], name: &str) -> anyhow::Result<&'a Standing> {
    standings
        .iter()
        .find(|standing| standing.name.contains(name))
        .with_context(|| format!("no contender is called {name}"))
}

/// Returns the middle value, or the mean of the two in the middle; zero without values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    match (values.get(low), values.get(high)) {
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        for (values, expected) in [
            (vec![], 0.0),
            (vec![3.0], 3.0),
            (vec![9.0, 1.0, 2.0], 2.0),
            (vec![4.0, 1.0, 2.0, 9.0], 3.0),
        ] {
            assert!(
                (median(values.clone()) - expected).abs() < 1e-9,
                "{values:?}"
            );
        }
    }
}
