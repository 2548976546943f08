//! The errors of the driver, as errors of the ports. The driver's types do not leave this crate.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DriverError};
use otp_core::ports::{OutOfSpace, PortError};
use otp_rows::Unreadable;

use crate::connect::in_time::TOO_LATE;

/// An error inside a transaction, which is then rolled back.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// SQLite refused a statement or failed.
    Driver(DriverError),
    /// A stored value is not valid.
    Unreadable(Unreadable),
    /// The call names something that does not exist.
    Missing(&'static str),
}

/// The cause inside a [`PortError`], in words without a value of a row or a parameter.
#[derive(Debug, thiserror::Error)]
#[error("SQLite: {0}")]
pub(crate) struct Cause(String);

impl From<DriverError> for StoreError {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

impl From<Unreadable> for StoreError {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

impl From<StoreError> for PortError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Driver(error) => from_driver(error),
            StoreError::Unreadable(unreadable) => unreadable.into(),
            StoreError::Missing(what) => Self::Conflict(cause(format_args!("there is no {what}"))),
        }
    }
}

/// The database could not be reached.
pub(crate) fn unavailable(why: impl fmt::Display) -> PortError {
    PortError::Unavailable(cause(why))
}

/// The file system has no room, or cannot be used.
pub(crate) fn of_file_system(error: std::io::Error) -> PortError {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded) {
        out_of_space(&error.to_string())
    } else {
        unavailable(error)
    }
}

fn out_of_space(words: &str) -> PortError {
    PortError::Unavailable(Box::new(OutOfSpace(format!("SQLite: {words}"))))
}

/// The database answered, but cannot do what this program needs.
pub(crate) fn backend(why: impl fmt::Display) -> PortError {
    PortError::Backend(cause(why))
}

/// The words behind a port error.
pub(crate) fn cause_of(error: &PortError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn cause(words: impl fmt::Display) -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(Cause(words.to_string()))
}

fn from_driver(error: DriverError) -> PortError {
    // The cause of a failed commit says more than the error of the roll-back after it.
    if let DriverError::RollbackErrorOnCommit { commit_error, .. } = error {
        return from_driver(*commit_error);
    }
    if let Some(unreadable) = Unreadable::behind(&error) {
        return unreadable.into();
    }
    let DriverError::DatabaseError(kind, information) = error else {
        // Every other error comes from the driver itself; its text may quote a value.
        return backend("the driver could not carry out a statement or read its result");
    };
    let message = information.message();
    if matches!(
        kind,
        DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation
    ) {
        return PortError::Conflict(cause(message));
    }
    let gone = matches!(
        kind,
        DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection
    );
    if message.starts_with("database or disk is full") {
        out_of_space(message)
    } else if gone || is_temporary(message) {
        unavailable(message)
    } else {
        backend(message)
    }
}

/// Whether SQLite's message is about a temporary failure. The driver returns no result code, so
/// this compares the fixed texts (`sqlite3_errstr`) of BUSY, LOCKED, CANTOPEN, IOERR, NOMEM,
/// PROTOCOL, and our own.
fn is_temporary(message: &str) -> bool {
    [
        "database is locked",
        "database table is locked",
        "database schema is locked",
        "unable to open database file",
        TOO_LATE,
        "disk I/O error",
        "out of memory",
        "locking protocol",
    ]
    .iter()
    .any(|text| message.starts_with(text))
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;

    use super::*;

    fn error_of(preparation: &str, statement: &str) -> PortError {
        let mut connection = SqliteConnection::establish(":memory:").expect("memory");
        connection.batch_execute(preparation).expect(preparation);
        let error = connection.batch_execute(statement).expect_err(statement);
        StoreError::from(error).into()
    }

    #[test]
    fn a_full_disk_is_out_of_space() {
        let error = error_of(
            "PRAGMA max_page_count = 2; CREATE TABLE t (x)",
            "INSERT INTO t SELECT zeroblob(100000)",
        );
        assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
        assert!(error.is_out_of_space());
        let full = of_file_system(std::io::ErrorKind::StorageFull.into());
        assert!(full.is_out_of_space(), "{full:?}");
        let gone = of_file_system(std::io::ErrorKind::NotFound.into());
        assert!(matches!(gone, PortError::Unavailable(_)) && !gone.is_out_of_space());
    }

    #[test]
    fn a_duplicate_or_a_dangling_reference_is_a_conflict() {
        let unique = error_of("CREATE TABLE t (x UNIQUE)", "INSERT INTO t VALUES (1), (1)");
        assert!(matches!(unique, PortError::Conflict(_)), "{unique:?}");
        let foreign = error_of(
            "PRAGMA foreign_keys = ON; CREATE TABLE p (x PRIMARY KEY);
             CREATE TABLE t (x REFERENCES p)",
            "INSERT INTO t VALUES (1)",
        );
        assert!(matches!(foreign, PortError::Conflict(_)), "{foreign:?}");
    }

    #[test]
    fn a_permanent_refusal_is_a_backend_failure_and_quotes_no_value() {
        for (preparation, statement) in [
            (
                "CREATE TABLE t (x CHECK (x > 0))",
                "INSERT INTO t VALUES (0)",
            ),
            (
                "CREATE TABLE t (x INTEGER) STRICT",
                "INSERT INTO t VALUES ('Amal: +966551234567')",
            ),
            ("SELECT 1", "SELECT * FROM missing"),
        ] {
            let error = error_of(preparation, statement);
            assert!(matches!(error, PortError::Backend(_)), "{error:?}");
            assert!(!format!("{error:?}").contains("966"), "{error:?}");
        }
    }
}
