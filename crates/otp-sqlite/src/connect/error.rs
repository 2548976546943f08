//! What is said when the file cannot be used.

/// Why the file cannot be used; one line that names it and the cause.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL names no file.
    #[error("{url:?} is no address of a database: {why}")]
    InvalidUrl {
        /// The URL.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The folder of the file does not exist.
    #[error("cannot open the database {file}: its folder does not exist")]
    NoFolder {
        /// The file.
        file: String,
    },
    /// The file is something else.
    #[error("cannot open the database {file}: it is not an SQLite database")]
    NotADatabase {
        /// The file.
        file: String,
    },
    /// The file may not be written.
    #[error("cannot open the database {file}: it is read-only")]
    ReadOnly {
        /// The file.
        file: String,
    },
    /// Another program kept the file locked for longer than this one waits.
    #[error("cannot open the database {file}: another program keeps it locked")]
    Locked {
        /// The file.
        file: String,
    },
    /// Anything else.
    #[error("cannot open the database {file}: {cause}")]
    Other {
        /// The file.
        file: String,
        /// What the system or SQLite says.
        cause: String,
    },
}

impl ConnectError {
    pub(super) fn other(file: &str, cause: impl std::fmt::Display) -> Self {
        Self::Other {
            file: file.to_owned(),
            cause: cause.to_string(),
        }
    }

    /// The error for SQLite's own words.
    pub(super) fn from_sqlite(file: &str, words: String) -> Self {
        let file = file.to_owned();
        match words.as_str() {
            "file is not a database" => Self::NotADatabase { file },
            "attempt to write a readonly database" => Self::ReadOnly { file },
            "database is locked" => Self::Locked { file },
            _ => Self::Other { file, cause: words },
        }
    }
}
