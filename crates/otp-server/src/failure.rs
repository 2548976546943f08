//! How the program says that something went wrong: one line on standard error, and an exit code.

use std::process::ExitCode;

/// Something outside this command is not as it has to be: settings, database, port, certificate.
/// Exit code 2, so that a supervisor can tell it from a request that was refused (1).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SetupError(pub(crate) String);

/// Makes a [`SetupError`] of any error, its causes on one line.
pub(crate) fn setup(error: impl std::error::Error) -> anyhow::Error {
    anyhow::Error::new(SetupError(one_line(&error)))
}

/// Prints the error and chooses the exit code.
#[expect(
    clippy::print_stderr,
    reason = "this is where errors of commands are printed"
)]
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {}", one_line(&**error));
    let set_up = error.downcast_ref::<SetupError>().is_none()
        && error
            .downcast_ref::<crate::settings::SettingsError>()
            .is_none();
    if set_up {
        ExitCode::from(1)
    } else {
        ExitCode::from(2)
    }
}

/// An error and its causes, joined by colons; a cause that its parent quotes already is left out.
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
    line.split_whitespace().collect::<Vec<_>>().join(" ")
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
        assert_eq!(setup(error).to_string(), "the store failed: disk full");
    }
}
