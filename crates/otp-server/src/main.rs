//! The gateway's program: command line, settings, wiring. It decides nothing; see `otp-core`.

mod cli;
mod commands;
mod failure;
mod logging;
mod metrics;
mod output;
mod settings;
mod spans;
mod system;
mod tls;
mod wiring;
mod workers;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let json = cli.json;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(system::threads_of_the_runtime())
        .enable_all()
        .build();
    let ended = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(Box::pin(commands::run(cli))));
    match ended {
        Ok(answer) => output::print(&answer, json),
        Err(error) => failure::report(&error),
    }
}
