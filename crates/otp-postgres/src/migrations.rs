//! Migrations: embedded in the program, applied by one process at a time.

use std::collections::BTreeSet;

use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use otp_core::ports::PortError;

use crate::connect::PgStore;
use crate::errors::{one_line, port_error};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Key of the advisory lock under which migrations run: "otpmigr1" in ASCII.
const MIGRATION_LOCK: i64 = i64::from_be_bytes(*b"otpmigr1");

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Waits for the lock and keeps it as long as the connection lives.
    fn pg_advisory_lock(key: BigInt);
    /// Whether the schema has this table.
    fn to_regclass(name: Text) -> Nullable<Text>;
}

/// How the database's schema stands to the one this program was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// It is the one.
    UpToDate,
    /// This many migrations have to be applied.
    Behind(usize),
    /// A later program applied migrations this one does not know: do not touch it.
    Newer,
}

/// Why the schema was not brought up to date: one line.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer program migrated it.
    #[error("the database at {server} was not migrated: its schema is newer than this program")]
    Newer {
        /// Host and port.
        server: String,
    },
    /// The database cannot be reached, or a migration failed; those before it remain.
    #[error("the database at {server} was not migrated: {cause}")]
    Failed {
        /// Host and port.
        server: String,
        /// What was said.
        cause: String,
    },
}

impl PgStore {
    /// Applies what is missing and says how many migrations that were. Processes that start at once
    /// take turns; the later ones find nothing left to do.
    pub async fn migrate(&self) -> Result<usize, MigrateError> {
        let server = || self.server().to_owned();
        match self.apply_pending().await {
            Ok(Some(applied)) => Ok(applied),
            Ok(None) => Err(MigrateError::Newer { server: server() }),
            Err(cause) => Err(MigrateError::Failed {
                server: server(),
                cause,
            }),
        }
    }

    /// Compares the database's schema with the program's. It changes nothing.
    pub async fn schema_state(&self) -> Result<SchemaState, PortError> {
        let mut connection = self.connection().await?;
        state(&mut connection).await.map_err(port_error)
    }

    /// How many migrations were applied; `None` where the schema is newer.
    async fn apply_pending(&self) -> Result<Option<usize>, String> {
        let mut connection = self.unlimited_connection().await?;
        // The lock belongs to the connection and ends with it, whatever becomes of this future.
        diesel::select(pg_advisory_lock(MIGRATION_LOCK))
            .execute(&mut connection)
            .await
            .map_err(|error| one_line(&error))?;
        match state(&mut connection)
            .await
            .map_err(|error| one_line(&error))?
        {
            SchemaState::UpToDate => return Ok(Some(0)),
            SchemaState::Newer => return Ok(None),
            SchemaState::Behind(_) => {}
        }
        // diesel's harness blocks; here it blocks a thread meant for that, on any runtime.
        let applying = tokio::task::spawn_blocking(move || {
            let mut connection = AsyncConnectionWrapper::<_>::from(connection);
            let applied = connection.run_pending_migrations(MIGRATIONS);
            applied
                .map(|versions| Some(versions.len()))
                .map_err(|error| one_line(error.as_ref()))
        });
        applying.await.map_err(|error| one_line(&error))?
    }
}

/// The state of the schema as this connection sees it.
pub(crate) async fn state(connection: &mut AsyncPgConnection) -> diesel::QueryResult<SchemaState> {
    let known = known_versions();
    let migrated = diesel::select(to_regclass("__diesel_schema_migrations").is_not_null());
    if !migrated.get_result::<bool>(connection).await? {
        return Ok(SchemaState::Behind(known.len()));
    }
    let applied = __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load::<String>(connection)
        .await?;
    let applied: BTreeSet<_> = applied.into_iter().collect();
    Ok(match known.difference(&applied).count() {
        _ if !applied.is_subset(&known) => SchemaState::Newer,
        0 => SchemaState::UpToDate,
        missing => SchemaState::Behind(missing),
    })
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
