//! Webhooks to customers: how soon healthy endpoints are called while others hang or fail, and how many sends
//! an endpoint costs.
//!
//! Every scenario ends with the checks of a send, and with a comparison of the accepted messages with those whose
//! event arrived: each one has arrived at its endpoint, if that accepts calls, and waits in the store otherwise.

mod delivery;
mod endpoints;
mod hot_path;
mod receiver;
mod scenarios;

use serde_json::Value;

use crate::bench::Rounds;
use crate::store::Store;
use scenarios::Scenario;

/// The scenarios, their rounds, and the rate and duration of the steady one.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Measure only this scenario; may be repeated.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    #[command(flatten)]
    rounds: Rounds,
    /// Measure only this store.
    #[arg(long)]
    store: Option<Store>,
    /// Events per second of the scenario `delivery`; each is caused by a send.
    #[arg(long, value_name = "EVENTS", default_value_t = 200)]
    events_per_second: u32,
    /// Duration of the scenario `delivery` in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    delivery_seconds: u32,
}

type Bench = crate::bench::Bench<Options>;

/// Runs the scenarios.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Value> {
    let mut bench = Bench::new(options.clone(), options.rounds)?;
    for scenario in Scenario::plan(&options.only) {
        scenario.run(&mut bench).await?;
    }
    Ok(bench.end(0))
}
