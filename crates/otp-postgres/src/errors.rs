//! The errors of the driver, as errors of the ports. The driver's types do not leave this crate.
//!
//! A message of PostgreSQL may quote the row it refused. So an error contains the constraint or the
//! column, never PostgreSQL's detail, and statements carry their values separately from their text.

use std::error::Error as StdError;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use otp_core::ports::{OutOfSpace, PortError};
use otp_rows::Unreadable;

/// A failure in words that may appear in a log.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL: {0}")]
struct PgFailure(String);

/// The database could not be reached.
pub(crate) fn unavailable(reason: impl Into<String>) -> PortError {
    PortError::Unavailable(Box::new(PgFailure(reason.into())))
}

/// The database answered, but cannot do what this program needs.
pub(crate) fn backend(reason: impl Into<String>) -> PortError {
    PortError::Backend(Box::new(PgFailure(reason.into())))
}

/// The call names something that does not exist, or that exists already.
pub(crate) fn conflict(reason: impl Into<String>) -> PortError {
    PortError::Conflict(Box::new(PgFailure(reason.into())))
}

/// The words behind a port error.
pub(crate) fn cause_of(error: &PortError) -> String {
    StdError::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Recognizes a lock that was not granted in time by the words of an English server: diesel-async keeps no
/// SQLSTATE. Another server's words are not recognized.
pub(crate) fn is_lock_time_out(words: &str) -> bool {
    words.contains("due to lock timeout")
}

/// The error of a statement.
pub(crate) fn port_error(error: DieselError) -> PortError {
    if let DieselError::DatabaseError(kind, info) = &error {
        database_error(kind, info.as_ref())
    } else if let DieselError::BrokenTransactionManager = error {
        unavailable("the connection was lost")
    } else if let Some(unreadable) = Unreadable::behind(&error) {
        unreadable.into()
    } else {
        backend(one_line(&error))
    }
}

/// The error of a COMMIT. Unless PostgreSQL reported that it gave way to another transaction, the commit
/// may have taken place.
pub(crate) fn commit_error(error: DieselError) -> PortError {
    match port_error(error) {
        PortError::Backend(source) => PortError::Unavailable(source),
        error @ (PortError::Conflict(_) | PortError::Locked(_) | PortError::Unavailable(_)) => {
            error
        }
    }
}

fn database_error(kind: &DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> PortError {
    use DatabaseErrorKind as Kind;
    match kind {
        Kind::UniqueViolation
        | Kind::ForeignKeyViolation
        | Kind::ExclusionViolation
        | Kind::RestrictViolation => conflict(format!("violates {}", constraint_of(info))),
        Kind::SerializationFailure => conflict("gave way to another transaction"),
        Kind::UnableToSendCommand | Kind::ClosedConnection => {
            unavailable("the connection was lost")
        }
        Kind::NotNullViolation | Kind::CheckViolation => {
            backend(format!("violates {}", constraint_of(info)))
        }
        Kind::ReadOnlyTransaction | Kind::Unknown => by_message(info.message()),
        other => backend(format!("{other:?}")),
    }
}

/// Maps the errors that the driver has no kind for, by their words.
///
/// The SQLSTATE would be better, but diesel-async 0.9 does not pass it on: it wraps the server's error in a
/// private type that shows its message and detail only, behind a trait that cannot be downcast. So each
/// connection asks the server for English words (`connect.rs`). A server that refuses them, and speaks
/// another language, makes a deadlock or a full disk a [`PortError::Backend`]: nothing is lost, but the
/// first is not retried, and the second is answered with 500.
fn by_message(message: &str) -> PortError {
    /// SQLSTATE 53100, disk_full.
    const FULL: [&str; 3] = [
        "No space left on device",
        "Disk quota exceeded",
        "could not extend file",
    ];
    const TRANSIENT: [&str; 13] = [
        // The rest of class 53, insufficient resources.
        "out of memory",
        "out of shared memory",
        "exceeds temp_file_limit",
        "too many parallel workers",
        "could not resize shared memory segment",
        "terminating connection",
        "the database system is",
        "canceling statement due to",
        "canceling autovacuum",
        "read-only transaction",
        "too many clients",
        "too many connections",
        "connection slots are reserved",
    ];
    let message = message.replace(['\n', '\r'], " ");
    if message.contains("deadlock detected") {
        conflict(message)
    } else if FULL.iter().any(|text| message.contains(text)) {
        PortError::Unavailable(Box::new(OutOfSpace(format!("PostgreSQL: {message}"))))
    } else if TRANSIENT.iter().any(|text| message.contains(text)) {
        unavailable(message)
    } else {
        backend(message)
    }
}

fn constraint_of(info: &dyn DatabaseErrorInformation) -> String {
    let constraint = info.constraint_name().or(info.column_name());
    constraint.unwrap_or("a constraint").to_owned()
}

/// An error and its causes on one line: `error connecting to server: Connection refused`.
pub(crate) fn one_line(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Message(&'static str);

    impl DatabaseErrorInformation for Message {
        fn message(&self) -> &str {
            self.0
        }
        fn details(&self) -> Option<&str> {
            Some("Key (name)=(Amal) already exists.")
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            Some("plans")
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            Some("plans_name_key")
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn mapped(kind: DatabaseErrorKind, message: &'static str) -> PortError {
        port_error(DieselError::DatabaseError(kind, Box::new(Message(message))))
    }

    #[test]
    fn the_effect_of_another_transaction_is_a_conflict() {
        use DatabaseErrorKind as Kind;
        for (kind, message) in [
            (Kind::UniqueViolation, "duplicate key value"),
            (Kind::ForeignKeyViolation, "is not present"),
            (Kind::SerializationFailure, "could not serialize access"),
            (Kind::Unknown, "deadlock detected"),
        ] {
            assert!(
                matches!(mapped(kind, message), PortError::Conflict(_)),
                "{message}"
            );
        }
    }

    #[test]
    fn a_server_that_stops_is_unavailable() {
        use DatabaseErrorKind as Kind;
        for (kind, message) in [
            (Kind::UnableToSendCommand, "connection closed"),
            (Kind::ClosedConnection, ""),
            (
                Kind::Unknown,
                "terminating connection due to administrator command",
            ),
            (Kind::Unknown, "the database system is starting up"),
            (
                Kind::Unknown,
                "canceling statement due to statement timeout",
            ),
        ] {
            assert!(
                matches!(mapped(kind, message), PortError::Unavailable(_)),
                "{message}"
            );
        }
    }

    #[test]
    fn a_full_disk_is_out_of_space_and_another_lack_is_not() {
        for (message, full) in [
            (
                "could not extend file \"base/5/1249\": No space left on device",
                true,
            ),
            (
                "could not extend file \"base/5/1249\": wrote only 4096 of 8192 bytes at block 7",
                true,
            ),
            (
                "could not write to file \"base/pgsql_tmp/1\": No space left on device",
                true,
            ),
            ("could not write block 3: Disk quota exceeded", true),
            ("out of shared memory", false),
            ("out of memory", false),
            (
                "temporary file size exceeds temp_file_limit (1024kB)",
                false,
            ),
            ("sorry, too many clients already", false),
        ] {
            let error = mapped(DatabaseErrorKind::Unknown, message);
            assert!(matches!(error, PortError::Unavailable(_)), "{message}");
            assert_eq!(error.is_out_of_space(), full, "{message}");
        }
    }

    #[test]
    fn another_error_is_the_backends_unless_a_commit_failed() {
        let unknown = || {
            DieselError::DatabaseError(
                DatabaseErrorKind::Unknown,
                Box::new(Message("invalid memory alloc request size 2")),
            )
        };
        assert!(matches!(port_error(unknown()), PortError::Backend(_)));
        assert!(matches!(commit_error(unknown()), PortError::Unavailable(_)));
    }

    #[test]
    fn an_error_quotes_no_row() {
        let error = mapped(DatabaseErrorKind::UniqueViolation, "duplicate key value");
        let text = format!("{error:?} {}", one_line(&error));
        assert!(text.contains("plans_name_key"), "{text}");
        assert!(!text.contains("Amal"), "{text}");
    }
}
