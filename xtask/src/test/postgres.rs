//! One PostgreSQL for a whole test run, borrowed from the test kit's program.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::install;
use crate::cargo::build_program;
use crate::process::{environment, show};

/// Tells the tests which server to use.
pub(crate) const URL_VARIABLE: &str = "OTP_TEST_POSTGRES_URL";

/// `otp-test-postgres` exits with this where no server is installed.
const NOT_INSTALLED: i32 = 3;

/// A running cluster, which ends with this value.
#[derive(Debug)]
pub(crate) struct LentPostgres {
    lender: Child,
    url: String,
}

impl LentPostgres {
    /// Starts a cluster, after installing the server where it is missing and that is allowed;
    /// none where the environment names a server already.
    pub(crate) fn ready(may_install: bool) -> Result<Option<Self>> {
        if environment(URL_VARIABLE).is_some() {
            println!("{URL_VARIABLE} names a server: using that.");
            return Ok(None);
        }
        // With the whole workspace's features, or the test step would build it all again.
        let lender = build_lender(&["--workspace"])?;
        require(&lender, may_install)?;
        Self::start(&lender).map(Some)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn start(program: &PathBuf) -> Result<Self> {
        let mut command = Command::new(program);
        show(&command);
        let mut lender = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start otp-test-postgres")?;
        let output = lender.stdout.take().context("its output")?;
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
        println!("{}", url.trim());
        Ok(Self {
            lender,
            url: url.trim().to_owned(),
        })
    }
}

impl Drop for LentPostgres {
    fn drop(&mut self) {
        // The end of its input is its order to end.
        drop(self.lender.stdin.take());
        let _ = self.lender.wait();
    }
}

/// Builds the program that lends clusters, from these packages.
pub(super) fn build_lender(packages: &[&str]) -> Result<PathBuf> {
    let program = "otp-test-postgres";
    build_program(&[packages, &["--bin", program]].concat(), program)
}

/// Sees to it that the server's binaries are there, by installing them where that is allowed.
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

/// Whether the server's binaries are there; prints where, or what to install.
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
