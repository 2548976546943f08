//! Sends, status look-ups and receipts, compared with the plain design and with bare HTTP: their
//! rate, latency and cost.
//!
//! Every scenario ends with a check that the credits add up, and that the provider was called
//! exactly once about each message. Otherwise the run fails, however fast it was.

mod contenders;
mod example_attempt;
mod scenarios;
mod sustained;

use std::path::PathBuf;

use serde_json::Value;

use crate::bench::Rounds;
pub(crate) use contenders::{Sends, Sent};
use scenarios::Scenario;

/// The scenarios and their rounds.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Measure only this scenario; may be repeated.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    #[command(flatten)]
    rounds: Rounds,
    /// A server that was built earlier, to compare with this one.
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
    /// Leave the baselines out, to compare two builds in more rounds.
    #[arg(long, requires = "against")]
    no_baseline: bool,
    /// Measure also with this many earlier messages; 10000000 take about 20 GB and a quarter of an
    /// hour.
    #[arg(long, value_name = "MESSAGES", default_value_t = 0)]
    preload: u64,
}

type Bench = crate::bench::Bench<Options>;

/// Runs the scenarios.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Value> {
    let mut bench = Bench::new(options.clone(), options.rounds)?;
    for scenario in Scenario::plan(&options.only, options.preload) {
        scenario.run(&mut bench).await?;
    }
    Ok(bench.end(options.preload))
}
