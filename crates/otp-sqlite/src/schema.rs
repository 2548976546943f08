//! The schema: its migrations, and its state.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use otp_core::ports::{KnownMigrations, PortError, Schema, SchemaError, SchemaState};
use otp_rows::schema::{__diesel_schema_migrations, NEWEST_NEEDED_MIGRATION, schema_support};

use crate::SqliteStore;
use crate::errors::{self, StoreError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

diesel::table! {
    sqlite_schema (name) {
        name -> Text,
    }
}

#[async_trait]
impl Schema for SqliteStore {
    async fn state(&self) -> Result<SchemaState, SchemaError> {
        let state = self.read_schema_state().await;
        state.map_err(|error| self.schema_unavailable(&error))
    }

    /// Applies the pending migrations in one transaction, all or none.
    async fn migrate(&self) -> Result<usize, SchemaError> {
        let migrated = self.write("db.schema.migrate", |connection| {
            Ok(apply_pending(connection))
        });
        let database = self.file().display().to_string();
        match migrated.await {
            Ok(Ok(Some(applied))) => Ok(applied),
            Ok(Ok(None)) => Err(SchemaError::TooNew { database }),
            Ok(Err(cause)) => Err(SchemaError::Failed { database, cause }),
            Err(error) => Err(self.schema_unavailable(&error)),
        }
    }
}

impl SqliteStore {
    pub(crate) async fn read_schema_state(&self) -> Result<SchemaState, PortError> {
        self.read("db.schema.state", state).await
    }

    fn schema_unavailable(&self, error: &PortError) -> SchemaError {
        SchemaError::Unavailable {
            database: self.file().display().to_string(),
            cause: errors::cause_of(error),
        }
    }
}

/// The number of migrations applied, or `None` if the schema is too new. Runs in the caller's
/// transaction, in which diesel's own ones are savepoints: a failure also reverts this run's earlier
/// migrations.
fn apply_pending(connection: &mut SqliteConnection) -> Result<Option<usize>, String> {
    match state(connection).map_err(|error| errors::cause_of(&error.into()))? {
        SchemaState::UpToDate | SchemaState::Ahead => return Ok(Some(0)),
        SchemaState::TooNew => return Ok(None),
        SchemaState::Empty | SchemaState::Behind { .. } => {}
    }
    let applied = connection.transaction(|connection| {
        let applied = connection.run_pending_migrations(MIGRATIONS)?;
        diesel::migration::Result::Ok(applied.len())
    });
    applied.map(Some).map_err(|error| error.to_string())
}

fn state(connection: &mut SqliteConnection) -> Result<SchemaState, StoreError> {
    let (known, applied) = (known(), applied(connection)?);
    let oldest_served: Option<String> = if applied.is_subset(&known) {
        None
    } else {
        schema_support::table
            .select(schema_support::oldest_version)
            .first(connection)
            .optional()?
    };
    Ok(SchemaState::compare(
        KnownMigrations {
            all: &known,
            newest_needed: NEWEST_NEEDED_MIGRATION,
        },
        &applied,
        oldest_served.as_deref(),
    ))
}

/// The applied versions. Their table does not exist before the first migration.
fn applied(connection: &mut SqliteConnection) -> Result<BTreeSet<String>, StoreError> {
    let tables: i64 = sqlite_schema::table
        .filter(sqlite_schema::name.eq("__diesel_schema_migrations"))
        .count()
        .get_result(connection)?;
    if tables == 0 {
        return Ok(BTreeSet::new());
    }
    let versions: Vec<String> = __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load(connection)?;
    Ok(versions.into_iter().collect())
}

fn known() -> BTreeSet<String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> = MIGRATIONS
        .migrations()
        .expect("they were checked when they were embedded");
    let versions = migrations
        .iter()
        .map(|migration| migration.name().version().to_string());
    versions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_needed_migration_is_known() {
        assert!(known().contains(NEWEST_NEEDED_MIGRATION));
    }
}
