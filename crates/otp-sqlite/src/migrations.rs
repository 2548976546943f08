//! The schema: bringing it up to date, and telling whether it is.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use otp_core::ports::PortError;

use crate::SqliteStore;
use crate::errors::{self, StoreError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

diesel::table! {
    sqlite_schema (name) {
        name -> Text,
    }
}

/// How the schema in the database stands to the one this program was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// They are the same.
    UpToDate,
    /// So many migrations have to be applied.
    Behind(usize),
    /// A newer program migrated it: this one must leave it alone.
    Newer,
}

/// Why the schema was not brought up to date, or cannot be told; one line.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer program migrated it.
    #[error("the schema of the database at {database} is newer than this program")]
    SchemaIsNewer {
        /// The file.
        database: String,
    },
    /// The database cannot be used at present.
    #[error("the database at {database} cannot be used: {cause}")]
    Unavailable {
        /// The file.
        database: String,
        /// What the system or SQLite says.
        cause: String,
    },
    /// A migration failed; the schema is as it was.
    #[error("a migration of the database at {database} failed: {cause}")]
    Failed {
        /// The file.
        database: String,
        /// What SQLite says.
        cause: String,
    },
}

impl SqliteStore {
    /// Applies what is pending, all or nothing, and tells how much that was. Of several processes
    /// that migrate at once, one does it and the others find it done.
    pub async fn migrate(&self) -> Result<usize, MigrateError> {
        let migrated = self.write("db.schema.migrate", |connection| {
            Ok(apply_pending(connection))
        });
        let database = || self.file().display().to_string();
        match migrated.await {
            Ok(Ok(Some(applied))) => Ok(applied),
            Ok(Ok(None)) => Err(MigrateError::SchemaIsNewer {
                database: database(),
            }),
            Ok(Err(cause)) => Err(MigrateError::Failed {
                database: database(),
                cause,
            }),
            Err(error) => Err(self.unavailable(&error)),
        }
    }

    /// How the schema stands. It is only read.
    pub async fn schema_state(&self) -> Result<SchemaState, MigrateError> {
        self.read_schema_state()
            .await
            .map_err(|error| self.unavailable(&error))
    }

    pub(crate) async fn read_schema_state(&self) -> Result<SchemaState, PortError> {
        self.read("db.schema.state", state).await
    }

    fn unavailable(&self, error: &PortError) -> MigrateError {
        MigrateError::Unavailable {
            database: self.file().display().to_string(),
            cause: errors::cause_of(error),
        }
    }
}

/// How many were applied, or `None` where the schema is newer. Runs in the caller's transaction, in
/// which diesel's own ones are savepoints: a failure takes back this run's earlier migrations too.
fn apply_pending(connection: &mut SqliteConnection) -> Result<Option<usize>, String> {
    let state = state(connection).map_err(|error| errors::cause_of(&error.into()))?;
    if state == SchemaState::Newer {
        return Ok(None);
    }
    let applied = connection.transaction(|connection| {
        let applied = connection.run_pending_migrations(MIGRATIONS)?;
        diesel::migration::Result::Ok(applied.len())
    });
    applied.map(Some).map_err(|error| error.to_string())
}

fn state(connection: &mut SqliteConnection) -> Result<SchemaState, StoreError> {
    let applied: BTreeSet<String> = applied(connection)?.into_iter().collect();
    let known = known()?;
    if !applied.is_subset(&known) {
        return Ok(SchemaState::Newer);
    }
    Ok(match known.len() - applied.len() {
        0 => SchemaState::UpToDate,
        behind => SchemaState::Behind(behind),
    })
}

/// The versions in diesel's own table, which is not there before the first migration.
fn applied(connection: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let tables: i64 = sqlite_schema::table
        .filter(sqlite_schema::name.eq("__diesel_schema_migrations"))
        .count()
        .get_result(connection)?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    let versions = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version);
    Ok(versions.load(connection)?)
}

fn known() -> Result<BTreeSet<String>, StoreError> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> = MIGRATIONS
        .migrations()
        .map_err(|_| StoreError::Unreadable(otp_rows::Unreadable::new("x", "y")))?;
    let versions = migrations
        .iter()
        .map(|migration| migration.name().version().to_string());
    Ok(versions.collect())
}
