//! The store: which adapter keeps the data, and its schema.

use std::sync::Arc;

use otp_core::ports::Storage;
use otp_postgres::{PgOptions, PgStore};
use otp_sqlite::{SqliteOptions, SqliteStore};

use crate::failure::SetupError;
use crate::keyring::{self, Keys};
use crate::overrides::Overrides;
use crate::settings::{Database, DatabaseUrl, Settings};

/// An open store.
pub(crate) enum Store {
    Sqlite(SqliteStore),
    Postgres(PgStore),
    /// Brought along by the program, which has applied its migrations.
    Custom(Arc<dyn Storage>),
}

impl Store {
    /// Opens the store of the overrides, else of the settings. Its schema is left as it is.
    pub(crate) async fn open(
        database: &Database,
        overrides: &Overrides,
    ) -> Result<Self, SetupError> {
        if let Some(storage) = &overrides.storage {
            return Ok(Self::Custom(Arc::clone(storage)));
        }
        match &database.url {
            DatabaseUrl::Sqlite(url) => {
                let options = SqliteOptions::from_url(url);
                let options = options.map_err(SetupError::caused_by)?;
                let store = SqliteStore::connect(&options).await;
                store.map(Self::Sqlite).map_err(SetupError::caused_by)
            }
            DatabaseUrl::Postgres(url) => {
                let options = PgOptions::from_url(url);
                let mut options = options.map_err(SetupError::caused_by)?;
                options.max_connections = database.max_connections;
                let store = PgStore::connect(&options).await;
                store.map(Self::Postgres).map_err(SetupError::caused_by)
            }
        }
    }

    /// Opens the store for use: checks the master keys, if there are any, then applies pending migrations
    /// and opens the keyring.
    pub(crate) async fn open_ready(
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<(Self, Option<Keys>), SetupError> {
        let store = Self::open(&settings.database, overrides).await?;
        store.check_master_key(settings, overrides).await?;
        store.migrate().await?;
        let keys = match &settings.master_keys {
            Some(master_keys) => Some(Keys::open(store.ports(), master_keys, overrides).await?),
            None => None,
        };
        Ok((store, keys))
    }

    /// Fails if master keys are set and do not open the keyring; writes nothing.
    pub(crate) async fn check_master_key(
        &self,
        settings: &Settings,
        overrides: &Overrides,
    ) -> Result<(), SetupError> {
        match &settings.master_keys {
            Some(master_keys) if !self.is_empty().await? => {
                keyring::check(self.ports(), master_keys, overrides).await
            }
            _ => Ok(()),
        }
    }

    async fn is_empty(&self) -> Result<bool, SetupError> {
        todo!("after the merge")
    }

    /// Applies pending migrations and returns their number. A schema that is newer than this program is
    /// refused and not changed.
    pub(crate) async fn migrate(&self) -> Result<usize, SetupError> {
        match self {
            Self::Sqlite(store) => store.migrate().await.map_err(SetupError::caused_by),
            Self::Postgres(store) => store.migrate().await.map_err(SetupError::caused_by),
            Self::Custom(_) => Ok(0),
        }
    }

    /// Fails unless the schema is the one this program was built for.
    pub(crate) async fn require_current_schema(&self) -> Result<(), SetupError> {
        let pending = match self {
            Self::Sqlite(store) => match store.schema_state().await {
                Ok(otp_sqlite::SchemaState::UpToDate) => return Ok(()),
                Ok(otp_sqlite::SchemaState::Behind(pending)) => Some(pending),
                Ok(otp_sqlite::SchemaState::Newer) => None,
                Err(error) => return Err(SetupError::caused_by(error)),
            },
            Self::Postgres(store) => match store.schema_state().await {
                Ok(otp_postgres::SchemaState::UpToDate) => return Ok(()),
                Ok(otp_postgres::SchemaState::Behind(pending)) => Some(pending),
                Ok(otp_postgres::SchemaState::Newer) => None,
                Err(error) => return Err(SetupError::caused_by(error)),
            },
            Self::Custom(_) => return Ok(()),
        };
        Err(SetupError::new(match pending {
            Some(pending) => format!(
                "the database lacks {pending} migration(s); apply them with `otp-server migrate`"
            ),
            None => {
                "the database's schema is newer than this program; install a newer one".to_owned()
            }
        }))
    }

    /// Returns the storage ports.
    pub(crate) fn ports(&self) -> Arc<dyn Storage> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
            Self::Custom(storage) => Arc::clone(storage),
        }
    }
}
