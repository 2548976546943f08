//! The schema of what is stored: how it compares to the one this program was built for.
//!
//! Migrations expand, then contract: one release adds what the next one uses, and a later release
//! removes what no running program uses any more. So a program keeps working on a schema that a newer
//! one migrated, until a contracting migration records that it no longer does.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;

/// Brings the schema up to date, and reports whether it is.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Schema: Send + Sync {
    /// Compares the schema to the program's. It MUST NOT change anything.
    async fn state(&self) -> Result<SchemaState, SchemaError>;

    /// Applies the pending migrations in their order and returns their number.
    ///
    /// A migration MUST take effect whole or not at all. If several processes migrate at once, each
    /// migration MUST be applied once, and every process MUST return after all are applied. A schema
    /// that is [`SchemaState::Ahead`] MUST be left alone, and so MUST one that is
    /// [`SchemaState::TooNew`], which is an error.
    async fn migrate(&self) -> Result<usize, SchemaError>;
}

/// How the schema compares to the one this program was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// No migration was ever applied.
    Empty,
    /// They are the same.
    UpToDate,
    /// This many migrations are pending.
    Behind(usize),
    /// A newer program migrated it, and it still serves this one.
    Ahead,
    /// A newer program migrated it, and it no longer serves this one.
    TooNew,
}

impl SchemaState {
    /// Compares the versions of migrations, which sort by age: those the program knows, those that are
    /// applied, and the oldest program that the schema serves. A program is as old as the newest
    /// migration it knows.
    pub fn compare(
        known: &BTreeSet<String>,
        applied: &BTreeSet<String>,
        oldest_served: Option<&str>,
    ) -> Self {
        if applied.is_empty() {
            return Self::Empty;
        }
        let pending = known.difference(applied).count();
        if applied.is_subset(known) {
            return if pending == 0 {
                Self::UpToDate
            } else {
                Self::Behind(pending)
            };
        }
        let program = known.last().map(String::as_str);
        let is_served = oldest_served.is_some_and(|oldest| program >= Some(oldest));
        // A newer program knows all migrations of this one. If one is pending, the schema belongs to
        // another history.
        if is_served && pending == 0 {
            Self::Ahead
        } else {
            Self::TooNew
        }
    }

    /// Whether this program may run on it.
    pub fn serves_this_program(self) -> bool {
        match self {
            Self::UpToDate | Self::Ahead => true,
            Self::Empty | Self::Behind(_) | Self::TooNew => false,
        }
    }
}

/// The predicate of a sentence whose subject is the schema.
impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::UpToDate => f.write_str("is up to date"),
            Self::Behind(1) => f.write_str("lacks 1 migration"),
            Self::Behind(pending) => write!(f, "lacks {pending} migrations"),
            Self::Ahead => f.write_str("is newer than this program and still serves it"),
            Self::TooNew => f.write_str("is newer than this program and no longer serves it"),
        }
    }
}

/// The schema was not brought up to date, or its state is unknown.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It is [`SchemaState::TooNew`].
    #[error(
        "the schema of the database at {database} is newer than this program and no longer serves \
         it; install a newer program"
    )]
    TooNew {
        /// The database: host and port, or the file.
        database: String,
    },
    /// Other sessions held a lock for too long. Earlier migrations stay applied.
    #[error(
        "a migration of the database at {database} waited too long for a lock that another session \
         holds; try again"
    )]
    Locked {
        /// The database.
        database: String,
    },
    /// The database cannot be used at present.
    #[error("the database at {database} cannot be used: {cause}")]
    Unavailable {
        /// The database.
        database: String,
        /// The words of the system or the database.
        cause: String,
    },
    /// A migration failed. Earlier migrations stay applied.
    #[error("a migration of the database at {database} failed: {cause}")]
    Failed {
        /// The database.
        database: String,
        /// The words of the database.
        cause: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(applied: &[&str], oldest_served: Option<&str>, expected: SchemaState) {
        let set = |versions: &[&str]| versions.iter().copied().map(str::to_owned).collect();
        let state = SchemaState::compare(&set(&["1", "3"]), &set(applied), oldest_served);
        assert_eq!(state, expected);
    }

    #[test]
    fn a_schema_without_unknown_migrations_is_up_to_date_or_behind() {
        check(&[], None, SchemaState::Empty);
        check(&["1"], Some("1"), SchemaState::Behind(1));
        check(&["3"], Some("1"), SchemaState::Behind(1));
        check(&["1", "3"], Some("1"), SchemaState::UpToDate);
    }

    #[test]
    fn a_newer_schema_serves_the_programs_that_know_the_recorded_migration() {
        check(&["1", "3", "4"], Some("1"), SchemaState::Ahead);
        check(&["1", "3", "4"], Some("3"), SchemaState::Ahead);
        check(&["1", "3", "4"], Some("4"), SchemaState::TooNew);
        check(&["1", "3", "4"], None, SchemaState::TooNew);
    }

    #[test]
    fn a_schema_of_another_history_does_not_serve_the_program() {
        check(&["1", "2"], Some("1"), SchemaState::TooNew);
        check(&["4"], Some("1"), SchemaState::TooNew);
    }
}
