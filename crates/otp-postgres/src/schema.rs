//! The schema: its migrations, applied by one process at a time, and its state.

mod apply;

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use otp_core::ports::{KnownMigrations, PortError, Schema, SchemaError, SchemaState};
use otp_rows::schema::{__diesel_schema_migrations, NEWEST_NEEDED_MIGRATION, schema_support};

use crate::PgStore;
use crate::errors::{cause_of, one_line, port_error};
use apply::{Failure, apply};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Key of the advisory lock under which migrations run: "otpmigr1" in ASCII.
const MIGRATION_LOCK: i64 = i64::from_be_bytes(*b"otpmigr1");

#[diesel::declare_sql_function]
extern "SQL" {
    /// Waits for the lock and keeps it as long as the connection lives.
    fn pg_advisory_lock(key: BigInt);
    /// The table of this name; NULL if there is none.
    fn to_regclass(name: Text) -> Nullable<Text>;
}

#[async_trait]
impl Schema for PgStore {
    async fn state(&self) -> Result<SchemaState, SchemaError> {
        let state = self.read_schema_state().await;
        state.map_err(|error| self.schema_unavailable(cause_of(&error)))
    }

    /// Applies the migrations one by one: if one fails, those before it remain.
    async fn migrate(&self) -> Result<usize, SchemaError> {
        let mut connection = self
            .unlimited_connection()
            .await
            .map_err(|cause| self.schema_unavailable(cause))?;
        let database = self.server().to_owned();
        match take_turn(&mut connection).await {
            Ok(SchemaState::UpToDate | SchemaState::Ahead) => return Ok(0),
            Ok(SchemaState::TooNew) => return Err(SchemaError::TooNew { database }),
            Ok(SchemaState::Empty | SchemaState::Behind { .. }) => {}
            Err(error) => return Err(self.schema_unavailable(one_line(&error))),
        }
        let applied = apply(connection, MIGRATIONS, self.migration_lock_timeout()).await;
        // What a connection prepared when it was opened may have been about tables that did not exist.
        self.close_idle_connections();
        applied.map_err(|failure| match failure {
            Failure::Locked => SchemaError::Locked { database },
            Failure::Other(cause) => SchemaError::Failed { database, cause },
        })
    }
}

impl PgStore {
    pub(crate) async fn read_schema_state(&self) -> Result<SchemaState, PortError> {
        let mut connection = self.connection().await?;
        state(&mut connection).await.map_err(port_error)
    }

    fn schema_unavailable(&self, cause: String) -> SchemaError {
        let database = self.server().to_owned();
        SchemaError::Unavailable { database, cause }
    }
}

/// Waits until no other process migrates, and reads the state of the schema then. The turn belongs to
/// the connection and ends with it, whatever becomes of the future.
async fn take_turn(connection: &mut AsyncPgConnection) -> QueryResult<SchemaState> {
    diesel::select(pg_advisory_lock(MIGRATION_LOCK))
        .execute(connection)
        .await?;
    state(connection).await
}

/// The state of the schema as this connection sees it.
async fn state(connection: &mut AsyncPgConnection) -> QueryResult<SchemaState> {
    let (known, applied) = (known_versions(), applied_versions(connection).await?);
    let oldest_served: Option<String> = if applied.is_subset(&known) {
        None
    } else {
        schema_support::table
            .select(schema_support::oldest_version)
            .first(connection)
            .await
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
async fn applied_versions(connection: &mut AsyncPgConnection) -> QueryResult<BTreeSet<String>> {
    let migrated = diesel::select(to_regclass("__diesel_schema_migrations").is_not_null());
    if !migrated.get_result::<bool>(connection).await? {
        return Ok(BTreeSet::new());
    }
    let versions: Vec<String> = __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load(connection)
        .await?;
    Ok(versions.into_iter().collect())
}

fn known_versions() -> BTreeSet<String> {
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS);
    let migrations = migrations.expect("they were checked when they were embedded");
    let versions = migrations
        .iter()
        .map(|migration| migration.name().version());
    versions
        .map(|version: MigrationVersion<'_>| version.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_needed_migration_is_known() {
        assert!(known_versions().contains(NEWEST_NEEDED_MIGRATION));
    }
}
