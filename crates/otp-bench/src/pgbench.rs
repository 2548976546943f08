//! The baseline: a plain service that admits and settles each send in transactions of its own,
//! measured by PostgreSQL's own load generator on the product's own tables.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use otp_testkit::postgres::find_binaries;
use tokio::process::Command;

use crate::latency::Latencies;

/// The form of the baseline's statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// One by one, as in most services.
    Plain,
    /// Two calls of stored functions: the fastest form of one transaction for each step.
    Function,
}

impl Script {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain SQL",
            Self::Function => "stored functions",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Plain => include_str!("../sql/plain.sql"),
            Self::Function => include_str!("../sql/function.sql"),
        }
    }
}

/// The functions and accounts that the scripts need, in a database with the product's tables.
pub(crate) const PREPARE: &str = include_str!("../sql/prepare.sql");

/// One run of the baseline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) script: Script,
    pub(crate) clients: usize,
    pub(crate) accounts: usize,
    pub(crate) duration: Duration,
}

/// Runs pgbench and returns the latency of each send.
pub(crate) async fn run(url: &str, run: Run) -> anyhow::Result<Latencies> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("script.sql");
    std::fs::write(&script, run.script.text())?;
    let mut command = Command::new(program()?);
    let threads = run.clients.min(2).to_string();
    command
        .current_dir(folder.path())
        .args([
            "--no-vacuum",
            "--protocol=prepared",
            "--log",
            "--random-seed=rand",
        ])
        .args(["--client", &run.clients.to_string(), "--jobs", &threads])
        .args(["--time", &run.duration.as_secs().max(1).to_string()])
        .args(["--define", &format!("accounts={}", run.accounts)])
        .arg("--file")
        .arg(&script)
        .arg(url);
    let ended = command.output().await.context("cannot start pgbench")?;
    if !ended.status.success() {
        bail!("pgbench: {}", String::from_utf8_lossy(&ended.stderr));
    }
    let mut latencies = Latencies::default();
    for file in std::fs::read_dir(folder.path())? {
        let file = file?;
        if file
            .file_name()
            .to_string_lossy()
            .starts_with("pgbench_log")
        {
            read_log(&std::fs::read_to_string(file.path())?, &mut latencies)?;
        }
    }
    Ok(latencies)
}

/// Reads a line for each transaction; its third column is the latency in microseconds.
fn read_log(log: &str, latencies: &mut Latencies) -> anyhow::Result<()> {
    for line in log.lines() {
        let micros = line
            .split_whitespace()
            .nth(2)
            .context("a line of pgbench's log is too short")?;
        latencies.add(Duration::from_micros(
            micros.parse().context(line.to_owned())?,
        ));
    }
    Ok(())
}

fn program() -> anyhow::Result<PathBuf> {
    let program = find_binaries()?.join("pgbench");
    if !program.is_file() {
        bail!(
            "{} is missing: install PostgreSQL's client and contrib programs",
            program.display()
        );
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_a_latency_in_each_line() {
        let mut latencies = Latencies::default();
        let log = "0 199 2241 0 1175850568 995598\n1 188 2759 0 1175850568 998998\n";
        read_log(log, &mut latencies).expect("readable");
        assert_eq!(latencies.count(), 2);
        assert_eq!(latencies.percentile(100.0), Duration::from_micros(2_759));
        assert!(read_log("0 199\n", &mut latencies).is_err());
    }
}
