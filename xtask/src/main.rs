//! House-keeping of this repository: `cargo xtask test`, `tidy`, `deny`, `interop`, `bench`.
//!
//! One command, one file. The crate knows nothing of the product: it runs cargo and reads
//! files, so that it compiles in seconds and still works while the product does not.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a command line tool"
)]

mod bench;
mod cargo;
mod deny;
mod interop;
mod process;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::Parser;

/// House-keeping of this repository.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Command {
    /// Runs everything a change has to pass, and sums it up.
    Test(test::Options),
    /// Checks the house rules that no lint knows.
    Tidy,
    /// Checks licences, banned crates and their sources (installs cargo-deny if need be).
    Deny,
    /// Runs other people's WhatsApp and mail libraries against sandbox and gateway.
    Interop(interop::Options),
    /// Measures the built server (release) under load, or the core by itself.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Test(options) => test::run(&options),
        Command::Tidy => tidy::run(),
        Command::Deny => deny::run(),
        Command::Interop(options) => interop::run(&options),
        Command::Bench(options) => bench::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not returned from main, which would print a backtrace of no interest to anybody.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
