//! The schema of what is stored: how it compares to the one this program was built for.
//!
//! Migrations expand, then contract: one release adds what is used from then on, and a later release
//! removes what no running program uses any more. So a program runs on a schema that a newer one
//! migrated, until a contracting migration records that it no longer does. It also runs on a schema
//! that lacks only migrations its code does not need, such as a removal.

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
    /// Migrations are pending.
    Behind {
        /// Their number.
        pending: usize,
        /// Whether this program can do without them.
        serves: bool,
    },
    /// A newer program migrated it, and it still serves this one.
    Ahead,
    /// A newer program migrated it, and it no longer serves this one.
    TooNew,
}

/// The migrations that a program knows, by their versions, which sort by age.
#[derive(Debug, Clone, Copy)]
pub struct KnownMigrations<'a> {
    /// All of them.
    pub all: &'a BTreeSet<String>,
    /// The newest one that the program's code needs: on a schema that lacks only later ones, it runs.
    pub newest_needed: &'a str,
}

impl SchemaState {
    /// Compares the migrations that the program knows to those that are applied, and to the oldest
    /// program that the schema serves. A program is as old as the newest migration it knows.
    pub fn compare(
        known: KnownMigrations<'_>,
        applied: &BTreeSet<String>,
        oldest_served: Option<&str>,
    ) -> Self {
        if applied.is_empty() {
            return Self::Empty;
        }
        let pending: Vec<_> = known.all.difference(applied).collect();
        if applied.is_subset(known.all) {
            let Some(oldest) = pending.first() else {
                return Self::UpToDate;
            };
            return Self::Behind {
                pending: pending.len(),
                serves: oldest.as_str() > known.newest_needed,
            };
        }
        let program = known.all.last().map(String::as_str);
        let is_served = oldest_served.is_some_and(|oldest| program >= Some(oldest));
        // A newer program knows all migrations of this one. If one is pending, the schema belongs to
        // another history.
        if is_served && pending.is_empty() {
            Self::Ahead
        } else {
            Self::TooNew
        }
    }

    /// Whether this program may run on it.
    pub fn serves_this_program(self) -> bool {
        match self {
            Self::UpToDate | Self::Ahead => true,
            Self::Behind { serves, .. } => serves,
            Self::Empty | Self::TooNew => false,
        }
    }
}

/// The predicate of a sentence whose subject is the schema.
impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::UpToDate => f.write_str("is up to date"),
            Self::Behind { pending, serves } => {
                let plural = if *pending == 1 { "" } else { "s" };
                write!(f, "lacks {pending} migration{plural}")?;
                f.write_str(if *serves {
                    " and still serves this program"
                } else {
                    ""
                })
            }
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
        let known = KnownMigrations {
            all: &set(&["1", "3", "4"]),
            newest_needed: "3",
        };
        let state = SchemaState::compare(known, &set(applied), oldest_served);
        assert_eq!(state, expected);
    }

    fn behind(pending: usize, serves: bool) -> SchemaState {
        SchemaState::Behind { pending, serves }
    }

    #[test]
    fn a_schema_without_unknown_migrations_is_up_to_date_or_behind() {
        check(&[], None, SchemaState::Empty);
        check(&["1"], Some("1"), behind(2, false));
        check(&["1", "4"], Some("1"), behind(1, false));
        check(&["1", "3", "4"], Some("1"), SchemaState::UpToDate);
    }

    #[test]
    fn a_schema_that_lacks_only_what_the_program_can_do_without_serves_it() {
        check(&["1", "3"], Some("1"), behind(1, true));
        assert!(behind(1, true).serves_this_program());
        assert!(!behind(1, false).serves_this_program());
    }

    #[test]
    fn the_state_reads_as_a_sentence() {
        let read = |pending, serves| behind(pending, serves).to_string();
        assert_eq!(read(1, false), "lacks 1 migration");
        assert_eq!(
            read(2, true),
            "lacks 2 migrations and still serves this program"
        );
    }

    #[test]
    fn a_newer_schema_serves_the_programs_that_know_the_recorded_migration() {
        check(&["1", "3", "4", "5"], Some("1"), SchemaState::Ahead);
        check(&["1", "3", "4", "5"], Some("4"), SchemaState::Ahead);
        check(&["1", "3", "4", "5"], Some("5"), SchemaState::TooNew);
        check(&["1", "3", "4", "5"], None, SchemaState::TooNew);
    }

    #[test]
    fn a_schema_of_another_history_does_not_serve_the_program() {
        check(&["1", "2"], Some("1"), SchemaState::TooNew);
        check(&["1", "3", "5"], Some("1"), SchemaState::TooNew);
    }
}
