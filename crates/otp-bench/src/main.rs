//! Benchmarks of the built server: its real load, in real time, on this machine.
//!
//! `cargo xtask bench` builds everything for release and runs this. A benchmark states what it measured
//! and fails where something was lost; whether it was fast enough is for its reader to say.
#![expect(clippy::print_stdout, reason = "this is a command line tool")]

mod latency;
mod pace;
mod receipts;
mod store;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use serde_json::Value;

/// Benchmarks of the built server, over HTTP on loopback.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Cli {
    /// Where to write what was measured, as JSON.
    #[arg(long, value_name = "FILE", global = true)]
    json: Option<PathBuf>,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(clap::Subcommand)]
enum Scenario {
    /// Receipts at a steady rate beside sends at a steady rate: how fast they are acknowledged.
    Receipts(receipts::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let measured: Value = match cli.scenario {
        Scenario::Receipts(options) => receipts::run(&options).await?,
    };
    if let Some(file) = cli.json {
        let text = serde_json::to_string_pretty(&measured)?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
