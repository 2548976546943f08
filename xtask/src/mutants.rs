//! `cargo xtask mutants`: changes the rules of the core one by one, and names each change that no test of
//! the core notices.
//!
//! `.cargo/mutants.toml` says which files are changed. It takes hours, so CI does not run it.

use std::process::Command;

use anyhow::Result;

use crate::cargo::workspace;
use crate::process::run as run_command;
use crate::tools::Tool;

const CARGO_MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    version: "27.1.0",
};

const EXAMPLES: &str = "\
Examples:
  cargo xtask mutants -f '**/cooldown.rs'            The rules of one file
  cargo xtask mutants -F 'in CreditReport'           Changes whose name matches
  cargo xtask mutants --list                         What would be changed
  cargo xtask mutants --iterate                      Only what was not caught the last time

Results are in target/mutants.out; missed.txt has the changes that no test notices.";

/// The options.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Options of cargo-mutants.
    #[arg(
        value_name = "OPTION",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    options: Vec<String>,
}

/// Installs cargo-mutants into `target/tools` unless it is installed, and runs it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let target = workspace()?.target_directory;
    let mut command = Command::new(CARGO_MUTANTS.require()?);
    command.args(["mutants", "--package", "otp-core", "--output"]);
    command.arg(target).args(&options.options);
    run_command(&mut command)
}
