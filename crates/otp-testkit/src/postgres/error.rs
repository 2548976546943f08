//! The errors before a test has its database, worded so that a reader can act on them.

use std::io;

/// The reason why there is no PostgreSQL to test with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// No server binaries where they usually are.
    #[error("{}", not_installed(.searched))]
    NotInstalled {
        /// The folders that were searched.
        searched: Vec<String>,
    },
    /// `OTP_TEST_POSTGRES_BIN` names a folder without them.
    #[error("OTP_TEST_POSTGRES_BIN is {folder}, which has no `initdb` and `postgres`")]
    WrongFolder {
        /// The folder.
        folder: String,
    },
    /// The operating system refused something.
    #[error("cannot {action}: {source}")]
    Io {
        /// The failed action, in the infinitive.
        action: String,
        /// Its refusal.
        source: io::Error,
    },
    /// A program of PostgreSQL, or the server, failed.
    #[error("{program} failed:\n{output}")]
    Failed {
        /// The program's name.
        program: &'static str,
        /// Its output.
        output: String,
    },
    /// The server is stopped where it should run, or runs where it should be stopped.
    #[error("the server is {0}")]
    WrongState(&'static str),
}

impl PostgresError {
    /// For `map_err`: names what was tried when the operating system refused.
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

fn not_installed(searched: &[String]) -> String {
    format!(
        "the PostgreSQL server's binaries (`initdb`, `postgres`) are not installed.
  Debian, Ubuntu  sudo apt-get install postgresql
  Fedora          sudo dnf install postgresql-server
  Alpine          sudo apk add postgresql
  Arch            sudo pacman -S postgresql
  openSUSE        sudo zypper install postgresql-server
  macOS           brew install postgresql@17
`cargo xtask test` installs them by itself. Or name the folder of the binaries in \
OTP_TEST_POSTGRES_BIN, or a running server in OTP_TEST_POSTGRES_URL (the URL of a superuser's \
maintenance database). Searched: {}.",
        searched.join(", ")
    )
}
