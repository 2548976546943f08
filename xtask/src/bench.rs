//! `cargo xtask bench`: measures a release build of the server under load, or the core alone.

use anyhow::Result;

use crate::cargo::{build_program, cargo};
use crate::{process, test};

/// The scenario without server and database: the bench target of the core.
const CORE: &str = "core";

const SCENARIOS: &str = "\
What to measure:
  sends     Sends, status look-ups and receipts against the built server, compared with the plain
            design and with bare HTTP; the default
  receipts  Receipts at a steady rate during sends at a steady rate
  verifications
            New verifications and checks beside sends, and the time of refused checks
  webhooks  How soon customers' endpoints are called while others hang or fail, and how many sends
            they cost
  core      Cost of one send in the pure core; options and names are passed to divan

`cargo xtask bench WHAT --help` lists the options of each. PostgreSQL is installed if it is missing,
as by `cargo xtask test`.";

/// The scenario to measure.
#[derive(Debug, clap::Args)]
#[command(after_help = SCENARIOS)]
pub(crate) struct Options {
    /// The scenario and its options.
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
