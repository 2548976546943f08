//! The gateway's program: command line, settings, wiring. It decides nothing; see `otp-core`.

mod cli;
mod commands;
mod failure;
mod logging;
mod metrics;
mod output;
mod settings;
mod system;
mod tls;
mod wiring;
mod workers;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let json = cli.json;
    match Box::pin(commands::run(cli)).await {
        Ok(answer) => output::print(&answer, json),
        Err(error) => failure::report(&error),
    }
}
