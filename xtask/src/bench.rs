//! `cargo xtask bench`: builds server and load generator for release, and measures.

use anyhow::Result;

use crate::cargo::{build_program, cargo};
use crate::process;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The scenario and its options; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    scenario: Vec<String>,
}

/// Runs a benchmark.
pub(crate) fn run(options: &Options) -> Result<()> {
    let server = build_program(&["--release", "--package", "otp-server"], "otp-server")?;
    let mut bench = cargo(&[
        "run",
        "--locked",
        "--release",
        "--package",
        "otp-bench",
        "--",
    ]);
    bench.args(&options.scenario).env("OTP_SERVER_BIN", server);
    process::run(&mut bench)
}
