//! Housekeeping of this repository: `cargo xtask test`, `tidy`, `deny`, `mutants`, `interop`, `bench`.
//!
//! Each command has a file. The crate depends on nothing of the product: it runs cargo and reads
//! files, so it compiles in seconds and works even if the product does not compile.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a command line tool"
)]

mod bench;
mod cargo;
mod deny;
mod interop;
mod mutants;
mod process;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use clap::Parser;

/// Housekeeping of this repository.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Command {
    /// Runs every check that a change has to pass, and prints a line for each.
    Test(test::Options),
    /// Checks the house rules that no lint checks.
    Tidy(tidy::Options),
    /// Checks licences, banned crates and their sources; installs cargo-deny if it is missing.
    Deny,
    /// Changes the rules of the core one by one, and names each change that no test notices.
    Mutants(mutants::Options),
    /// Runs third-party WhatsApp and mail libraries against the sandbox and the gateway.
    Interop(interop::Options),
    /// Measures the release build of the server under load, or the core alone.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Test(options) => test::run(&options),
        Command::Tidy(options) => tidy::run(&options),
        Command::Deny => deny::run(),
        Command::Mutants(options) => mutants::run(&options),
        Command::Interop(options) => interop::run(&options),
        Command::Bench(options) => bench::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Returning the error from main would print a backtrace that helps nobody.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
