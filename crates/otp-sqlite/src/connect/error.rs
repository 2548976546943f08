//! The errors of opening the file.

/// The file cannot be used. The error is one line with the file and the cause.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL names no file.
    #[error("{url:?} is not a database URL: {why}")]
    InvalidUrl {
        /// The URL.
        url: String,
        /// The fault.
        why: &'static str,
    },
    /// The folder of the file does not exist.
    #[error("cannot open the database {file}: its folder does not exist")]
    NoFolder {
        /// The file.
        file: String,
    },
    /// The file does not exist, and the options do not allow creating it.
    #[error("cannot open the database {file}: there is no such file")]
    NoFile {
        /// The file.
        file: String,
    },
    /// The file is something else.
    #[error("cannot open the database {file}: it is not an SQLite database")]
    NotADatabase {
        /// The file.
        file: String,
    },
    /// The file is not writable.
    #[error("cannot open the database {file}: it is read-only")]
    ReadOnly {
        /// The file.
        file: String,
    },
    /// Another program kept the file locked for too long.
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
        /// The words of the system or of SQLite.
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

    /// Maps SQLite's words to an error.
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
