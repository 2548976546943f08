//! `cargo xtask test`: every check that a change has to pass, on a machine with only Rust and a C
//! compiler. All steps run, even after a failed one.
//!
//! Each step is a process of its own, so that all it prints, also by other programs, goes to one file
//! while this process shows one line.

mod install;
mod output;
mod postgres;
mod progress;
mod report;
mod step;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::cargo::{build_program, cargo, workspace};
use crate::process::{environment, run as run_command};
use crate::{deny, tidy};
use output::Output;
use postgres::LentPostgres;
use progress::Progress;
use report::Report;
use step::Step;

/// The environment variable with the server that the end-to-end tests run.
const SERVER_VARIABLE: &str = "OTP_SERVER_BIN";

/// The environment variable with the number of tests of one program that run at a time.
const THREADS: &str = "RUST_TEST_THREADS";

/// Precedes a remark that is shown below the line of a step.
pub(crate) const REMARK: &str = "remark: ";

/// Precedes the path of the program that a step has built, for the steps after it.
const PROGRAM: &str = "program: ";

/// The steps to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only this step and what it needs; may be repeated.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Print everything that the steps print.
    #[arg(long)]
    verbose: bool,
    /// If PostgreSQL, Chromium or a tool or language of the documentation is missing, fail and name it instead of
    /// installing it.
    #[arg(long)]
    no_install: bool,
    /// Be the process of this step.
    #[arg(long, value_name = "STEP", hide = true)]
    step: Option<Step>,
}

/// Runs the steps and fails if any of them fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(step) = options.step {
        return perform(step, options);
    }
    let plan = Step::plan(&options.only);
    let names: Vec<String> = plan.iter().map(Step::to_string).collect();
    let folder = workspace()?.target_directory.join("xtask");
    println!("{} steps: {}", plan.len(), names.join(", "));
    println!(
        "Their output is in {folder}; --verbose prints it. The first run compiles everything."
    );
    let folder = folder.into_std_path_buf();
    std::fs::create_dir_all(&folder).context("cannot create the folder of the output")?;
    let mut prepared = Prepared::default();
    let mut report = Report::default();
    for (index, step) in plan.iter().enumerate() {
        let progress = Progress::new(*step, index + 1, plan.len(), options.verbose);
        let output = Output::create(&folder.join(format!("{step}.log")), progress)?;
        let begin = Instant::now();
        let mut outcome = output.of(&mut prepared.command(*step, options)?);
        if outcome.is_ok() {
            outcome = prepared.keep(*step, &output);
        }
        output.finish(begin.elapsed(), &outcome)?;
        report.add(*step, begin.elapsed(), outcome.is_ok(), output.tests());
    }
    print!("{report}");
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
    /// Returns the command that is the process of a step.
    fn command(&self, step: Step, options: &Options) -> Result<Command> {
        let program = std::env::current_exe().context("cannot find this program")?;
        let mut command = Command::new(program);
        command.args(["test", "--step", &step.to_string()]);
        if options.no_install {
            command.arg("--no-install");
        }
        if let Some(server) = &self.server {
            command.env(SERVER_VARIABLE, server);
        }
        if let Some(postgres) = &self.postgres {
            command.env(postgres::URL_VARIABLE, postgres.url());
        }
        Ok(command)
    }

    /// Keeps what a step has made.
    fn keep(&mut self, step: Step, output: &Output) -> Result<()> {
        let program = output.program().map(PathBuf::from);
        match (step, program) {
            (Step::Postgres, Some(lender)) => self.postgres = Some(LentPostgres::start(&lender)?),
            (Step::Build, program) => self.server = program,
            (_, _) => {}
        }
        Ok(())
    }
}

/// Runs a step in this process.
fn perform(step: Step, options: &Options) -> Result<()> {
    match step {
        Step::Fmt => run_command(&mut cargo(&["fmt", "--all", "--check"])),
        Step::Tidy => tidy::run(&tidy::Options::default()),
        Step::Postgres => {
            install::tools(!options.no_install)?;
            match postgres::lender(!options.no_install)? {
                Some(lender) => show_program(&lender),
                None => Ok(()),
            }
        }
        Step::Browser => install::browser(!options.no_install),
        Step::Clippy => {
            let arguments = ["clippy", "--workspace", "--all-targets", "--locked"];
            run_command(cargo(&arguments).args(["--", "-D", "warnings"]))
        }
        Step::Build => show_program(&build_program(&["-p", "otp-server"], "otp-server")?),
        Step::Test => test(),
        Step::Doc => {
            let mut command = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
            run_command(command.env("RUSTDOCFLAGS", "-D warnings"))
        }
        // Installing cargo-deny takes minutes: CI does it, a person decides about it.
        Step::Deny => deny::check_by_any_means(in_ci()),
    }
}

fn show_program(path: &std::path::Path) -> Result<()> {
    println!("{PROGRAM}{}", path.display());
    Ok(())
}

/// Runs every test and every example in the documentation. Without PostgreSQL, the tests that need it
/// fail, and the others still run.
fn test() -> Result<()> {
    if environment(SERVER_VARIABLE).is_none() {
        bail!("the end-to-end tests need the server, which was not built");
    }
    let mut command = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    if environment(THREADS).is_none() {
        // The end-to-end tests mostly wait: for servers that start, time-outs and the waits of retries.
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        command.env(THREADS, (2 * processors).to_string());
    }
    run_command(&mut command)
}

/// Whether this is continuous integration, which runs every step.
fn in_ci() -> bool {
    environment("CI").is_some_and(|value| value == "true")
}
