//! The PostgreSQL server of a test run, started by the test kit's program.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::install;
use crate::cargo::build_program;
use crate::process::{environment, show};

/// The environment variable with the server that the tests use.
pub(crate) const URL_VARIABLE: &str = "OTP_TEST_POSTGRES_URL";

/// Exit code of `otp-test-postgres` if no server is installed.
const NOT_INSTALLED: i32 = 3;

/// A running cluster; it stops when this value is dropped.
#[derive(Debug)]
pub(crate) struct LentPostgres {
    lender: Child,
    url: String,
}

impl LentPostgres {
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Starts a cluster with the program that [`lender`] returned.
    pub(super) fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        let mut lender = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start otp-test-postgres")?;
        let output = lender.stdout.take().context("cannot read its output")?;
        let mut url = String::new();
        BufReader::new(output)
            .read_line(&mut url)
            .context("cannot read its output")?;
        if url.trim().is_empty() {
            bail!(
                "otp-test-postgres: {}",
                lender.wait().context("cannot wait for it")?
            );
        }
        Ok(Self {
            lender,
            url: url.trim().to_owned(),
        })
    }
}

impl Drop for LentPostgres {
    fn drop(&mut self) {
        // The program stops at the end of its input.
        drop(self.lender.stdin.take());
        let _ = self.lender.wait();
    }
}

/// Returns the program that starts clusters, and first installs a missing server if that is allowed.
/// Returns `None` if the environment names a server already.
pub(super) fn lender(may_install: bool) -> Result<Option<PathBuf>> {
    if environment(URL_VARIABLE).is_some() {
        println!("{URL_VARIABLE} names a server, which is used.");
        return Ok(None);
    }
    // With other features than the whole workspace's, the test step would rebuild everything.
    let lender = build_lender(&["--workspace"])?;
    require(&lender, may_install)?;
    Ok(Some(lender))
}

/// Builds the program that starts clusters, with the features of these packages.
pub(super) fn build_lender(packages: &[&str]) -> Result<PathBuf> {
    let program = "otp-test-postgres";
    build_program(&[packages, &["--bin", program]].concat(), program)
}

/// Installs the server's binaries if they are missing and that is allowed; fails otherwise.
pub(super) fn require(lender: &Path, may_install: bool) -> Result<()> {
    if is_installed(lender)? {
        return Ok(());
    }
    if !may_install {
        bail!("the PostgreSQL server is not installed");
    }
    install::postgres()?;
    if !is_installed(lender)? {
        bail!("the PostgreSQL server was installed but cannot be found");
    }
    Ok(())
}

/// Whether the server's binaries exist; prints their folder, or what to install.
fn is_installed(lender: &Path) -> Result<bool> {
    let mut command = Command::new(lender);
    command.arg("find");
    show(&command);
    let status = command.status().context("cannot start otp-test-postgres")?;
    match status.code() {
        Some(0) => Ok(true),
        Some(NOT_INSTALLED) => Ok(false),
        _ => bail!("otp-test-postgres find: {status}"),
    }
}
