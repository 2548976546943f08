//! Lends a test cluster to whoever is not a Rust test, such as a whole run of the suite.
//!
//! `otp-test-postgres` prints the URL of a fresh cluster and keeps it until its own input ends;
//! `otp-test-postgres find` prints where the server's binaries are, and exits with 3 where they
//! are not installed.

use std::io::{Read, Write};
use std::process::ExitCode;

use otp_testkit::postgres::{Options, PostgresError, TestPostgres, find_binaries};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => lend(),
        ["find"] => find_binaries().map(|folder| say(&folder.display().to_string())),
        _ => {
            complain("usage: otp-test-postgres [find]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(if matches!(error, PostgresError::NotInstalled { .. }) {
                3
            } else {
                1
            })
        }
    }
}

fn lend() -> Result<(), PostgresError> {
    let postgres = TestPostgres::start(Options::default())?;
    say(postgres.url());
    // The end of the input is the order to end, and so is any failure to read it.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    Ok(())
}

/// A reader that went away closes our input as well, so that a failed write needs no care.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
