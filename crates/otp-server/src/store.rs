//! The store: which adapter keeps the data, and its schema.

use std::sync::Arc;

use otp_core::ports::{SchemaState, Storage};
use otp_postgres::{PgOptions, PgStore};
use otp_sqlite::{SqliteOptions, SqliteStore};

use crate::failure::SetupError;
use crate::keyring::{self, Keys};
use crate::output;
use crate::overrides::Overrides;
use crate::settings::{Database, DatabaseUrl, Settings};

/// An open store.
pub(crate) struct Store(Arc<dyn Storage>);

/// The behaviour if the database does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Create,
    Refuse,
}

/// Returns the database as a URL without a password, as people recognise it.
pub(crate) fn shown(database: &Database, overrides: &Overrides) -> Result<String, SetupError> {
    if overrides.storage.is_some() {
        return Ok("the store of this program".to_owned());
    }
    match &database.url {
        DatabaseUrl::Sqlite(url) => {
            let options = SqliteOptions::from_url(url).map_err(SetupError::caused_by)?;
            options.absolute_url().map_err(SetupError::caused_by)
        }
        DatabaseUrl::Postgres(url) => {
            let options = PgOptions::from_url(url).map_err(SetupError::caused_by)?;
            Ok(options.shown_url())
        }
    }
}

impl Store {
    /// Opens the store of the overrides, else of the settings, and checks the master keys, if there are any.
    /// An SQLite file is created if there is none, and nothing is written: the caller decides what to do
    /// about the schema.
    pub(crate) async fn open(
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<Self, SetupError> {
        let store = Self::connect(&settings.database, overrides, Missing::Create).await?;
        let state = store.state().await?;
        store.check_master_key(state, settings, overrides).await?;
        Ok(store)
    }

    /// Opens the store as it is. A database that does not exist is refused; the schema and the master keys
    /// are for the caller to check.
    pub(crate) async fn open_for_diagnosis(
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<Self, SetupError> {
        Self::connect(&settings.database, overrides, Missing::Refuse).await
    }

    async fn connect(
        database: &Database,
        overrides: &Overrides,
        missing: Missing,
    ) -> Result<Self, SetupError> {
        if let Some(storage) = &overrides.storage {
            return Ok(Self(Arc::clone(storage)));
        }
        match &database.url {
            DatabaseUrl::Sqlite(url) => {
                let mut options = SqliteOptions::from_url(url).map_err(SetupError::caused_by)?;
                options.create_if_missing = missing == Missing::Create;
                let store = SqliteStore::connect(&options).await;
                Ok(Self(Arc::new(store.map_err(sqlite_error)?)))
            }
            DatabaseUrl::Postgres(url) => {
                let mut options = PgOptions::from_url(url).map_err(SetupError::caused_by)?;
                options.max_connections = database.max_connections;
                let store = PgStore::connect(&options).await;
                Ok(Self(Arc::new(store.map_err(SetupError::caused_by)?)))
            }
        }
    }

    /// Opens a store of its own for the demo: applies the migrations and opens the keyring.
    pub(crate) async fn open_new(
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<(Self, Option<Keys>), SetupError> {
        let store = Self::open(settings, overrides).await?;
        store.migrate().await?;
        let keys = store.keys(settings, overrides).await?;
        Ok((store, keys))
    }

    /// Opens the store for a command. A database that does not exist, or is empty, is refused: the command
    /// probably names the wrong one. Pending migrations are applied only if the operator allows it, because
    /// servers of an older version may run.
    pub(crate) async fn open_for_command(
        settings: &Settings,
        overrides: &Overrides,
        may_migrate: bool,
    ) -> Result<(Self, Option<Keys>), SetupError> {
        let store = Self::connect(&settings.database, overrides, Missing::Refuse).await?;
        let state = store.state().await?;
        if state == SchemaState::Empty {
            return Err(SetupError::new(format!(
                "the database is empty; {SET_IT_UP}"
            )));
        }
        store.check_master_key(state, settings, overrides).await?;
        if may_migrate {
            let applied = store.migrate().await?;
            if applied > 0 {
                output::progress(&applied_text(applied));
            }
        } else if !state.serves_this_program() {
            return Err(does_not_serve(
                state,
                "run `otp-server migrate`, or repeat the command with --migrate",
            ));
        }
        let keys = store.keys(settings, overrides).await?;
        Ok((store, keys))
    }

    async fn state(&self) -> Result<SchemaState, SetupError> {
        self.0.state().await.map_err(SetupError::caused_by)
    }

    /// Opens the keyring; `None` if no master key is set.
    async fn keys(
        &self,
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<Option<Keys>, SetupError> {
        match &settings.master_keys {
            Some(master_keys) => Keys::open(self.ports(), master_keys, overrides)
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    /// Fails if master keys are set and do not open the keyring; writes nothing.
    async fn check_master_key(
        &self,
        state: SchemaState,
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<(), SetupError> {
        let Some(master_keys) = &settings.master_keys else {
            return Ok(());
        };
        match state {
            // There is no keyring yet.
            SchemaState::Empty => Ok(()),
            SchemaState::UpToDate
            | SchemaState::Behind { .. }
            | SchemaState::Ahead
            | SchemaState::TooNew => keyring::check(self.ports(), master_keys, overrides).await,
        }
    }

    /// Applies pending migrations and returns their number. A schema that no longer serves this program is
    /// refused and not changed.
    pub(crate) async fn migrate(&self) -> Result<usize, SetupError> {
        self.0.migrate().await.map_err(SetupError::caused_by)
    }

    /// Fails unless this program can run on the schema as it is.
    pub(crate) async fn require_current_schema(&self) -> Result<(), SetupError> {
        let state = self.state().await?;
        if state.serves_this_program() {
            Ok(())
        } else {
            Err(does_not_serve(state, "run `otp-server migrate`"))
        }
    }

    /// Returns the storage ports.
    pub(crate) fn ports(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.0)
    }
}

const SET_IT_UP: &str = "check database.url, or set up a new database with `otp-server migrate`";

/// Says how many migrations were applied.
pub(crate) fn applied_text(applied: usize) -> String {
    let plural = if applied == 1 { "" } else { "s" };
    format!("applied {applied} migration{plural}")
}

fn does_not_serve(state: SchemaState, remedy_if_behind: &str) -> SetupError {
    let remedy = if state == SchemaState::TooNew {
        "install a newer program"
    } else {
        remedy_if_behind
    };
    SetupError::new(format!("the schema of the database {state}; {remedy}"))
}

fn sqlite_error(error: otp_sqlite::ConnectError) -> SetupError {
    if matches!(error, otp_sqlite::ConnectError::NoFile { .. }) {
        SetupError::new(format!("{error}; {SET_IT_UP}"))
    } else {
        SetupError::caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use otp_core::ports::mocks::MockSchema;
    use otp_testkit::{MemoryStore, StorageParts};

    use super::*;

    /// Opens a store with this schema for a command.
    async fn open(schema: MockSchema, may_migrate: bool) -> Result<(), String> {
        let settings = Settings::with([]).expect("the defaults");
        let parts = StorageParts {
            schema: Arc::new(schema),
            ..StorageParts::of(Arc::new(MemoryStore::default()))
        };
        let overrides = Overrides {
            storage: Some(Arc::new(parts)),
            ..Overrides::none()
        };
        let opened = Store::open_for_command(&settings, &overrides, may_migrate).await;
        opened.map(drop).map_err(|error| error.to_string())
    }

    /// A schema that must not be migrated.
    fn schema(state: SchemaState) -> MockSchema {
        let mut schema = MockSchema::new();
        schema.expect_state().returning(move || Ok(state));
        schema.expect_migrate().never();
        schema
    }

    fn behind(serves: bool) -> SchemaState {
        SchemaState::Behind { pending: 2, serves }
    }

    #[tokio::test]
    async fn a_command_does_not_migrate_by_itself() {
        for serving in [SchemaState::UpToDate, SchemaState::Ahead, behind(true)] {
            open(schema(serving), false).await.expect("it serves");
        }
        let refused = open(schema(behind(false)), false).await;
        assert_eq!(
            refused.expect_err("behind"),
            "the schema of the database lacks 2 migrations; run `otp-server migrate`, or repeat \
             the command with --migrate"
        );
        let refused = open(schema(SchemaState::TooNew), false).await;
        let error = refused.expect_err("too new");
        assert!(error.contains("install a newer program"), "{error}");
    }

    #[tokio::test]
    async fn a_command_migrates_if_the_operator_allows_it() {
        let mut schema = MockSchema::new();
        schema.expect_state().returning(|| Ok(behind(false)));
        schema.expect_migrate().once().returning(|| Ok(2));
        open(schema, true).await.expect("migrated");
    }

    #[tokio::test]
    async fn a_command_does_not_set_up_an_empty_database() {
        for may_migrate in [false, true] {
            let refused = open(schema(SchemaState::Empty), may_migrate).await;
            assert_eq!(
                refused.expect_err("empty"),
                "the database is empty; check database.url, or set up a new database with \
                 `otp-server migrate`"
            );
        }
    }
}
