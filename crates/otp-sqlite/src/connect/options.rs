//! The path of the file, and the time limits of its users.

use std::path::PathBuf;
use std::time::Duration;

use crate::connect::ConnectError;

/// The options of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// The file; a relative path starts at the working directory.
    pub path: PathBuf,
    /// The number of connections that read, beside the one that writes.
    pub readers: usize,
    /// A caller waits this long for a connection, and for another process to finish writing.
    pub acquire_timeout: Duration,
    /// Whether a file that does not exist is created. If not, it is an error.
    pub create_if_missing: bool,
}

impl SqliteOptions {
    /// The file at `path`, with defaults for a server.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            readers: 4,
            acquire_timeout: Duration::from_secs(5),
            create_if_missing: true,
        }
    }

    /// Reads `sqlite://otp.db` (relative) or `sqlite:///var/lib/otp/otp.db` (absolute). After the slashes
    /// comes a path as the system spells it: nothing is decoded, and there are no parameters.
    pub fn from_url(url: &str) -> Result<Self, ConnectError> {
        let invalid = |why| {
            Err(ConnectError::InvalidUrl {
                url: url.to_owned(),
                why,
            })
        };
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return invalid("it must begin with sqlite://");
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.contains(":memory:") || path.contains("mode=memory") {
            return invalid(
                "a database in memory would be lost at the end, and each connection would have its \
                 own; name a file, such as sqlite://otp.db",
            );
        }
        if path.is_empty() {
            return invalid(
                "it does not name a file; write sqlite://otp.db or sqlite:///folder/otp.db",
            );
        }
        if path.contains(['?', '#']) {
            return invalid("it must not have parameters");
        }
        Ok(Self::new(path))
    }

    /// Returns the URL with the absolute path, which names the same file from every folder.
    pub fn absolute_url(&self) -> Result<String, ConnectError> {
        self.absolute_path().map(|path| format!("sqlite://{path}"))
    }

    /// The absolute path, the one form that SQLite cannot take for something else.
    pub(super) fn absolute_path(&self) -> Result<String, ConnectError> {
        let shown = self.path.display().to_string();
        let absolute =
            std::path::absolute(&self.path).map_err(|error| ConnectError::other(&shown, error))?;
        absolute
            .into_os_string()
            .into_string()
            .map_err(|_| ConnectError::other(&shown, "its name is not Unicode"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<&str, &str>) {
        match (SqliteOptions::from_url(url), expected) {
            (Ok(options), Ok(path)) => assert_eq!(options.path, PathBuf::from(path)),
            (Err(error), Err(words)) => {
                let error = error.to_string();
                assert!(error.contains(words) && error.contains(url), "{error}");
            }
            (read, _) => panic!("{url}: {read:?}"),
        }
    }

    #[test]
    fn a_url_names_a_relative_or_an_absolute_file() {
        check("sqlite://otp.db", Ok("otp.db"));
        check("sqlite://data/otp.db", Ok("data/otp.db"));
        check("sqlite:///var/lib/otp.db", Ok("/var/lib/otp.db"));
        check("sqlite:otp.db", Ok("otp.db"));
        check("sqlite:///srv/a%20b.db", Ok("/srv/a%20b.db"));
    }

    #[test]
    fn the_absolute_url_names_the_folder_of_a_relative_file() {
        let options = SqliteOptions::from_url("sqlite://data/otp.db").expect("a URL");
        let here = std::env::current_dir().expect("a folder");
        let expected = format!("sqlite://{}/data/otp.db", here.display());
        assert_eq!(options.absolute_url().expect("Unicode"), expected);
        let options = SqliteOptions::from_url("sqlite:/var/lib/otp.db").expect("a URL");
        assert_eq!(
            options.absolute_url().expect("Unicode"),
            "sqlite:///var/lib/otp.db"
        );
    }

    #[test]
    fn a_url_that_does_not_name_a_file_is_refused() {
        check("sqlite::memory:", Err("memory"));
        check("sqlite://:memory:", Err("memory"));
        check("sqlite://x?mode=memory", Err("memory"));
        check("sqlite://", Err("does not name a file"));
        check("sqlite://otp.db?mode=ro", Err("parameters"));
        check("postgres://localhost/otp", Err("begin with sqlite://"));
    }
}
