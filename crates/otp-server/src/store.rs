//! The store: which adapter keeps the data, and its schema.

use std::sync::Arc;

use otp_core::ports::{SchemaState, Storage};
use otp_postgres::{PgOptions, PgStore};
use otp_sqlite::{SqliteOptions, SqliteStore};

use crate::failure::SetupError;
use crate::keyring::{self, Keys};
use crate::overrides::Overrides;
use crate::settings::{Database, DatabaseUrl, Settings};

/// An open store.
pub(crate) struct Store(Arc<dyn Storage>);

impl Store {
    /// Opens the store of the overrides, else of the settings, and checks the master keys, if there are any.
    /// Nothing is written: the caller decides what to do about the schema.
    pub(crate) async fn open(
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<Self, SetupError> {
        let store = Self::connect(&settings.database, overrides).await?;
        store.check_master_key(settings, overrides).await?;
        Ok(store)
    }

    async fn connect(database: &Database, overrides: &Overrides) -> Result<Self, SetupError> {
        if let Some(storage) = &overrides.storage {
            return Ok(Self(Arc::clone(storage)));
        }
        match &database.url {
            DatabaseUrl::Sqlite(url) => {
                let options = SqliteOptions::from_url(url).map_err(SetupError::caused_by)?;
                let store = SqliteStore::connect(&options).await;
                Ok(Self(Arc::new(store.map_err(SetupError::caused_by)?)))
            }
            DatabaseUrl::Postgres(url) => {
                let mut options = PgOptions::from_url(url).map_err(SetupError::caused_by)?;
                options.max_connections = database.max_connections;
                let store = PgStore::connect(&options).await;
                Ok(Self(Arc::new(store.map_err(SetupError::caused_by)?)))
            }
        }
    }

    /// Opens the store for use: applies pending migrations and opens the keyring.
    pub(crate) async fn open_ready(
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<(Self, Option<Keys>), SetupError> {
        let store = Self::open(settings, overrides).await?;
        store.migrate().await?;
        let keys = match &settings.master_keys {
            Some(master_keys) => Some(Keys::open(store.ports(), master_keys, overrides).await?),
            None => None,
        };
        Ok((store, keys))
    }

    /// Fails if master keys are set and do not open the keyring; writes nothing.
    async fn check_master_key(
        &self,
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<(), SetupError> {
        let Some(master_keys) = &settings.master_keys else {
            return Ok(());
        };
        match self.0.state().await.map_err(SetupError::caused_by)? {
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
        let state = self.0.state().await.map_err(SetupError::caused_by)?;
        if state.serves_this_program() {
            return Ok(());
        }
        let remedy = if state == SchemaState::TooNew {
            "install a newer program"
        } else {
            "run `otp-server migrate`"
        };
        Err(SetupError::new(format!(
            "the schema of the database {state}; {remedy}"
        )))
    }

    /// Returns the storage ports.
    pub(crate) fn ports(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.0)
    }
}
