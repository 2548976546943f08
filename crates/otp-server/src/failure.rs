//! How the program reports a failure: one line on standard error for each fault, text or with `--json` an
//! object, and an exit code.

use std::process::ExitCode;

use crate::gateway::EndedAtOnce;
use crate::settings::SettingsError;

/// Something outside the program prevents the start: a setting, the database, a port, a certificate.
///
/// The program ends with exit code 2, so that a supervisor can tell it from a command that was refused
/// (exit code 1).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(String);

impl SetupError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// Takes the text of an error and its causes.
    pub(crate) fn caused_by(error: impl std::error::Error) -> Self {
        Self(one_line(&error))
    }
}

impl From<SettingsError> for SetupError {
    fn from(error: SettingsError) -> Self {
        Self::caused_by(error)
    }
}

/// Exit code after a second signal: that of a program that SIGINT ends (128 + 2), whichever signal it was.
const ENDED_AT_ONCE: u8 = 130;

/// Prints the error, or each fault of the settings, and returns the exit code. With `json`, each is an
/// object in a line of its own.
pub(crate) fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    let faults = error.downcast_ref::<SettingsError>();
    let faults = faults.map(|error| error.faults().to_vec());
    for fault in faults.unwrap_or_else(|| vec![one_line(&**error)]) {
        print(&in_one_line(&fault), json);
    }
    let code = if error.is::<EndedAtOnce>() {
        ENDED_AT_ONCE
    } else if error.is::<SetupError>() || error.is::<SettingsError>() {
        2
    } else {
        1
    };
    ExitCode::from(code)
}

/// Prints what is wrong with the command line, or the help that it asks for, and returns the exit code.
pub(crate) fn report_arguments(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        let text = error.render().to_string();
        // The usage and the hint to --help follow after an empty line.
        let end = text.find("\n\nUsage:").or(text.find("\n\nFor more"));
        let text = &text[..end.unwrap_or(text.len())];
        print(&in_one_line(text.trim_start_matches("error: ")), json);
    } else {
        // A reader that has gone is not a failure.
        drop(error.print());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

#[expect(
    clippy::print_stderr,
    reason = "this is where errors of commands are printed"
)]
fn print(error: &str, json: bool) {
    if json {
        eprintln!("{}", serde_json::json!({ "error": error }));
    } else {
        eprintln!("error: {error}");
    }
}

/// Joins an error and its causes by colons, without a cause that its parent already quotes.
fn one_line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !line.contains(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
        cause = error.source();
    }
    in_one_line(&line)
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the store\nfailed")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn an_error_and_its_causes_are_one_line() {
        let error = Outer(std::io::Error::other("disk full"));
        assert_eq!(one_line(&error), "the store failed: disk full");
        let setup = SetupError::caused_by(error);
        assert_eq!(setup.to_string(), "the store failed: disk full");
    }
}
