//! The schema: bringing it up to date, one process at a time, and telling whether it is.

use std::collections::BTreeSet;

use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use otp_core::ports::PortError;

use crate::PgStore;
use crate::errors::{cause_of, one_line, port_error};

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
        /// Host and port.
        database: String,
    },
    /// The database cannot be used at present.
    #[error("the database at {database} cannot be used: {cause}")]
    Unavailable {
        /// Host and port.
        database: String,
        /// What the system or PostgreSQL says.
        cause: String,
    },
    /// A migration failed; those before it remain.
    #[error("a migration of the database at {database} failed: {cause}")]
    Failed {
        /// Host and port.
        database: String,
        /// What PostgreSQL says.
        cause: String,
    },
}

impl PgStore {
    /// Applies what is pending and tells how much that was. Of several processes that migrate at
    /// once, one does it and the others find it done.
    pub async fn migrate(&self) -> Result<usize, MigrateError> {
        let mut connection = self
            .unlimited_connection()
            .await
            .map_err(|cause| self.unavailable(cause))?;
        match take_turn(&mut connection).await {
            Ok(SchemaState::UpToDate) => return Ok(0),
            Ok(SchemaState::Newer) => {
                let database = self.server().to_owned();
                return Err(MigrateError::SchemaIsNewer { database });
            }
            Ok(SchemaState::Behind(_)) => {}
            Err(error) => return Err(self.unavailable(one_line(&error))),
        }
        // diesel's harness blocks; here it blocks a thread meant for that, on any runtime.
        let applying = tokio::task::spawn_blocking(move || {
            let mut connection = AsyncConnectionWrapper::<_>::from(connection);
            let applied = connection.run_pending_migrations(MIGRATIONS);
            applied
                .map(|versions| versions.len())
                .map_err(|error| one_line(error.as_ref()))
        });
        let applied = applying.await.unwrap_or_else(|error| Err(one_line(&error)));
        applied.map_err(|cause| MigrateError::Failed {
            database: self.server().to_owned(),
            cause,
        })
    }

    /// How the schema stands. It is only read.
    pub async fn schema_state(&self) -> Result<SchemaState, MigrateError> {
        self.read_schema_state()
            .await
            .map_err(|error| self.unavailable(cause_of(&error)))
    }

    pub(crate) async fn read_schema_state(&self) -> Result<SchemaState, PortError> {
        let mut connection = self.connection().await?;
        state(&mut connection).await.map_err(port_error)
    }

    fn unavailable(&self, cause: String) -> MigrateError {
        let database = self.server().to_owned();
        MigrateError::Unavailable { database, cause }
    }
}

/// Waits until no other process migrates, and looks where the schema stands then. The turn belongs to
/// the connection and ends with it, whatever becomes of the future.
async fn take_turn(connection: &mut AsyncPgConnection) -> diesel::QueryResult<SchemaState> {
    diesel::select(pg_advisory_lock(MIGRATION_LOCK))
        .execute(connection)
        .await?;
    state(connection).await
}

/// The state of the schema as this connection sees it.
async fn state(connection: &mut AsyncPgConnection) -> diesel::QueryResult<SchemaState> {
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
