//! The baseline: what a plain service reaches that admits and settles each send in transactions of its
//! own, measured by PostgreSQL's own load generator on the product's own tables.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use otp_testkit::postgres::find_binaries;
use tokio::process::Command;

use crate::latency::Latencies;

/// How the baseline sends its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// One after the other, as most services do.
    Plain,
    /// Two calls of stored functions: the quickest that one transaction for each step can be.
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

/// Helpers and accounts the scripts need, in a database with the product's tables.
pub(crate) const PREPARE: &str = include_str!("../sql/prepare.sql");

/// One run: how many clients, on how many accounts, for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) script: Script,
    pub(crate) clients: usize,
    pub(crate) accounts: usize,
    pub(crate) duration: Duration,
}

/// Runs pgbench; the latency of each send.
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

/// A line for each transaction; its third column is how long it took, in microseconds.
fn read_log(log: &str, latencies: &mut Latencies) -> anyhow::Result<()> {
    for line in log.lines() {
        let micros = line.split_whitespace().nth(2).context("pgbench's log")?;
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
            "{} is not there: install PostgreSQL's client and contrib programs",
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
