//! `cargo xtask bench`: builds server and load generator for release, and measures; or the core alone.

use anyhow::Result;

use crate::cargo::{build_program, cargo};
use crate::{process, test};

/// The one that needs neither server nor database: the core's own bench target.
const CORE: &str = "core";

const SCENARIOS: &str = "\
What to measure:
  sends     Sends, status look-ups and receipts against the built server, beside the plain design
            and beside bare HTTP; this is what no argument means
  receipts  Receipts at a steady rate beside sends at a steady rate
  core      What the pure core costs one send; options and names go to divan

`cargo xtask bench WHAT --help` lists the options of each. What a server is measured with is installed
where it is missing (PostgreSQL), as by `cargo xtask test`.";

/// What to measure.
#[derive(Debug, clap::Args)]
#[command(after_help = SCENARIOS)]
pub(crate) struct Options {
    /// What to measure, and its options.
    #[arg(
        value_name = "WHAT",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        default_value = "sends"
    )]
    scenario: Vec<String>,
}

/// Runs a benchmark.
pub(crate) fn run(options: &Options) -> Result<()> {
    match options.scenario.split_first() {
        Some((first, arguments)) if first == CORE => core(arguments),
        Some(_) | None => server(&options.scenario),
    }
}

fn core(arguments: &[String]) -> Result<()> {
    let mut bench = cargo(&["bench", "--locked", "--package", "otp-core"]);
    bench.args(["--bench", "send", "--"]).args(arguments);
    process::run(&mut bench)
}

fn server(arguments: &[String]) -> Result<()> {
    let bench_and_kit = [
        "--release",
        "--package",
        "otp-bench",
        "--package",
        "otp-testkit",
    ];
    test::require_postgres(&bench_and_kit)?;
    let server = build_program(&["--release", "--package", "otp-server"], "otp-server")?;
    let mut bench = cargo(&[
        "run",
        "--locked",
        "--release",
        "--package",
        "otp-bench",
        "--",
    ]);
    bench.args(arguments).env("OTP_SERVER_BIN", server);
    process::run(&mut bench)
}
