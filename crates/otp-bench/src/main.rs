//! Benchmarks of the built server, under a real load, in real time, on this machine.
//!
//! `cargo xtask bench` builds everything for release and runs this program. A benchmark reports
//! what it measured, and fails if anything was lost. A missed goal is reported, but is not a
//! failure.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a command line tool"
)]

mod bench;
mod contest;
mod database;
mod latency;
mod load;
mod measure;
mod pace;
mod peer;
mod people;
mod pgbench;
mod preload;
mod process;
mod provider;
mod receipts;
mod rig;
mod sends;
mod serving;
mod store;
mod verdict;
mod verifications;
mod webhooks;
mod welch;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use serde_json::Value;

/// Benchmarks of the built server, over HTTP on loopback.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Cli {
    /// File to which the measurements are written, as JSON.
    #[arg(long, value_name = "FILE", global = true)]
    json: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Sends, status look-ups and receipts, compared with the plain design and with bare HTTP.
    Sends(sends::Options),
    /// Receipts at a steady rate during sends at a steady rate: how fast they are acknowledged.
    Receipts(receipts::Options),
    /// New verifications and checks, compared with sends, and the time that a refused check takes.
    Verifications(verifications::Options),
    /// Sign-in, sign-up and reset: whether their time tells if anybody has an address. Pages: how fast they are, and how
    /// many sends they cost.
    People(people::Options),
    /// Webhooks to customers: how soon endpoints are called while others hang or fail, and how many sends they
    /// cost.
    Webhooks(webhooks::Options),
    /// A bare HTTP server for comparison; the other benchmarks start it.
    #[command(subcommand, hide = true)]
    Peer(peer::Peer),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(run(Cli::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Returning the error from main would print a backtrace that helps nobody.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let measured: Value = match cli.what {
        What::Sends(options) => sends::run(&options).await?,
        What::Receipts(options) => receipts::run(&options).await?,
        What::Verifications(options) => verifications::run(&options).await?,
        What::People(options) => people::run(&options).await?,
        What::Webhooks(options) => webhooks::run(&options).await?,
        What::Peer(peer) => return peer::run(peer).await,
    };
    if let Some(file) = cli.json {
        let text = serde_json::to_string_pretty(&measured)?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
