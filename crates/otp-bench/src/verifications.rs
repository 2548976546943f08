//! New verifications and their checks, compared with sends in the same run; and the time that a
//! refused check takes, by the reason of the refusal.
//!
//! Every scenario ends with the checks of a send, and with a count of the stored verifications: each
//! one that was answered is there once, and each one whose code was checked is approved.

mod audit;
mod contenders;
mod refusals;
mod requests;
mod scenarios;
mod timing;

use serde_json::Value;

use crate::bench::Rounds;
use scenarios::Scenario;

/// The scenarios and their rounds.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Measure only this scenario; may be repeated.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    #[command(flatten)]
    rounds: Rounds,
    /// Measure also beside this many old verifications; 0 leaves that scenario out.
    #[arg(long, value_name = "VERIFICATIONS", default_value_t = 5_000_000)]
    preload: u64,
    /// Number of checks that are refused for each reason, to compare their times.
    #[arg(long, value_name = "CHECKS", default_value_t = 10_000)]
    refusals: usize,
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
