//! Stores for tests, each on its own file, which is removed with the test.

use std::path::PathBuf;
use std::sync::Arc;

use diesel::prelude::*;
use otp_core::ports::Schema;
use otp_sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

/// A folder with the path of a database that does not exist yet.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("otp.db")
    }

    pub(crate) fn options(&self) -> SqliteOptions {
        SqliteOptions::new(self.path())
    }

    /// A new store, which shares no connections.
    pub(crate) async fn store(&self) -> Arc<SqliteStore> {
        let store = SqliteStore::connect(&self.options()).await.unwrap();
        store.migrate().await.unwrap();
        Arc::new(store)
    }

    /// A connection of another program.
    pub(crate) fn stranger(&self) -> SqliteConnection {
        SqliteConnection::establish(self.path().to_str().unwrap()).unwrap()
    }
}
