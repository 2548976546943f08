//! `cargo xtask test`: every check that a change has to pass, on a machine with only Rust and a C
//! compiler. All steps run, even after a failed one, and a table sums them up.

mod install;
mod postgres;
mod report;
mod step;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::cargo::{build_program, cargo};
use crate::process::run as run_command;
use crate::{deny, tidy};
use postgres::LentPostgres;
use report::{Outcome, Report};
use step::Step;

/// The steps to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only this step and what it needs; may be repeated.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// If PostgreSQL is missing, fail and name the package instead of installing it.
    #[arg(long)]
    no_install: bool,
}

/// Runs the steps and fails if any of them fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut prepared = Prepared::default();
    let mut report = Report::default();
    for step in Step::plan(&options.only) {
        println!("\n=== {step}: {}", step.purpose());
        let begin = Instant::now();
        let outcome = match prepared.perform(step, options) {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        println!(
            "--- {step}: {outcome} ({:.1} s)",
            begin.elapsed().as_secs_f64()
        );
        report.add(step, begin.elapsed(), outcome);
    }
    print!("\n{report}");
    let failed = report.failed();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}

/// Installs the PostgreSQL server if it is missing. `packages` are those of the caller's own build:
/// with others, the program that looks for the server would rebuild their libraries.
pub(crate) fn require_postgres(packages: &[&str]) -> Result<()> {
    postgres::require(&postgres::build_lender(packages)?, true)
}

/// Results of earlier steps that later ones use.
#[derive(Debug, Default)]
struct Prepared {
    postgres: Option<LentPostgres>,
    server: Option<PathBuf>,
}

impl Prepared {
    fn perform(&mut self, step: Step, options: &Options) -> Result<Outcome> {
        match step {
            Step::Fmt => run_command(&mut cargo(&["fmt", "--all", "--check"]))?,
            Step::Tidy => tidy::run(&tidy::Options::default())?,
            Step::Postgres => self.postgres = LentPostgres::ready(!options.no_install)?,
            Step::Clippy => {
                let arguments = ["clippy", "--workspace", "--all-targets", "--locked"];
                run_command(cargo(&arguments).args(["--", "-D", "warnings"]))?;
            }
            Step::Build => self.server = Some(build_program(&["-p", "otp-server"], "otp-server")?),
            Step::Test => self.test()?,
            Step::Doc => {
                let mut command = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
                run_command(command.env("RUSTDOCFLAGS", "-D warnings"))?;
            }
            Step::Deny => match deny::find()? {
                Some(program) => deny::check(&program)?,
                // Installing takes minutes: a person decides about that, CI does not.
                None if in_ci() => deny::run()?,
                None => return Ok(Outcome::NotRun(deny::NOT_INSTALLED)),
            },
        }
        Ok(Outcome::Passed)
    }

    /// Runs every test and every example in the documentation. Without PostgreSQL, the tests that
    /// need it fail, and the others still run.
    fn test(&self) -> Result<()> {
        let Some(server) = &self.server else {
            bail!("the end-to-end tests need the server, which was not built");
        };
        let mut command = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
        command.env("OTP_SERVER_BIN", server);
        if let Some(postgres) = &self.postgres {
            command.env(postgres::URL_VARIABLE, postgres.url());
        }
        run_command(&mut command)
    }
}

/// Whether this is continuous integration, which runs every step.
#[expect(clippy::disallowed_methods, reason = "a tool has no settings file")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}
