//! What the driver says, in the three words of the ports. Its types and its texts end here.
//!
//! A message of PostgreSQL may quote the row it refused. So what goes outward names the constraint or
//! table, never what PostgreSQL calls the detail, and statements carry their values apart from their
//! text.

use std::error::Error as StdError;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use otp_core::ports::PortError;
use otp_rows::Unreadable;

/// A failure in words that may stand in a log.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL: {0}")]
struct PgFailure(String);

/// The storage could not even be asked.
pub(crate) fn unavailable(reason: impl Into<String>) -> PortError {
    PortError::Unavailable(Box::new(PgFailure(reason.into())))
}

/// The storage answered, but is not what this program needs.
pub(crate) fn backend(reason: impl Into<String>) -> PortError {
    PortError::Backend(Box::new(PgFailure(reason.into())))
}

/// What the call names is not there, or there already.
pub(crate) fn conflict(reason: impl Into<String>) -> PortError {
    PortError::Conflict(Box::new(PgFailure(reason.into())))
}

/// The words behind a port error.
pub(crate) fn cause_of(error: &PortError) -> String {
    StdError::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// The failure of a statement.
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

/// The failure of a COMMIT. Unless PostgreSQL said that it gave way to another transaction, nobody
/// knows whether it took place.
pub(crate) fn commit_error(error: DieselError) -> PortError {
    match port_error(error) {
        PortError::Backend(source) => PortError::Unavailable(source),
        error @ (PortError::Conflict(_) | PortError::Unavailable(_)) => error,
    }
}

fn database_error(kind: &DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> PortError {
    use DatabaseErrorKind as Kind;
    match kind {
        Kind::UniqueViolation
        | Kind::ForeignKeyViolation
        | Kind::ExclusionViolation
        | Kind::RestrictViolation => conflict(format!("violates {}", named(info))),
        Kind::SerializationFailure => conflict("gave way to another transaction"),
        Kind::UnableToSendCommand | Kind::ClosedConnection => {
            unavailable("the connection was lost")
        }
        Kind::NotNullViolation | Kind::CheckViolation => {
            backend(format!("violates {}", named(info)))
        }
        Kind::ReadOnlyTransaction | Kind::Unknown => by_message(info.message()),
        other => backend(format!("{other:?}")),
    }
}

/// diesel-async 0.9 keeps no SQLSTATE, only the message, for what it has no kind for. The texts are
/// those of an English server; on another one a deadlock counts as [`PortError::Backend`], which is
/// as safe: it only is not retried.
fn by_message(message: &str) -> PortError {
    const TRANSIENT: [&str; 8] = [
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
    } else if TRANSIENT.iter().any(|text| message.contains(text)) {
        unavailable(message)
    } else {
        backend(message)
    }
}

fn named(info: &dyn DatabaseErrorInformation) -> String {
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

    struct Said(&'static str);

    impl DatabaseErrorInformation for Said {
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

    fn said(kind: DatabaseErrorKind, message: &'static str) -> PortError {
        port_error(DieselError::DatabaseError(kind, Box::new(Said(message))))
    }

    #[test]
    fn what_another_did_is_a_conflict() {
        use DatabaseErrorKind as Kind;
        for (kind, message) in [
            (Kind::UniqueViolation, "duplicate key value"),
            (Kind::ForeignKeyViolation, "is not present"),
            (Kind::SerializationFailure, "could not serialize access"),
            (Kind::Unknown, "deadlock detected"),
        ] {
            assert!(
                matches!(said(kind, message), PortError::Conflict(_)),
                "{message}"
            );
        }
    }

    #[test]
    fn a_server_that_goes_away_is_unavailable() {
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
                matches!(said(kind, message), PortError::Unavailable(_)),
                "{message}"
            );
        }
    }

    #[test]
    fn anything_else_is_the_backends_failure_but_a_failed_commit_is_unknown() {
        let said = || {
            DieselError::DatabaseError(
                DatabaseErrorKind::Unknown,
                Box::new(Said("could not extend file")),
            )
        };
        assert!(matches!(port_error(said()), PortError::Backend(_)));
        assert!(matches!(commit_error(said()), PortError::Unavailable(_)));
    }

    #[test]
    fn what_goes_outward_quotes_no_row() {
        let error = said(DatabaseErrorKind::UniqueViolation, "duplicate key value");
        let text = format!("{error:?} {}", one_line(&error));
        assert!(text.contains("plans_name_key"), "{text}");
        assert!(!text.contains("Amal"), "{text}");
    }
}
