//! The database of one test.

use std::sync::Arc;

use otp_core::ports::Storage;
use otp_postgres::{PgOptions, PgStore};
use otp_sqlite::{SqliteOptions, SqliteStore};
use otp_testkit::postgres::TestPostgres;

/// The database of one test, by store.
pub enum Database {
    /// A file in a folder that is deleted when the test ends.
    Sqlite(tempfile::TempDir),
    /// A database on the tests' server.
    Postgres(String),
}

impl Database {
    /// Returns an empty SQLite database.
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    /// Creates an empty PostgreSQL database.
    pub fn postgres() -> Self {
        Self::Postgres(TestPostgres::shared().create_database())
    }

    /// Returns the value of the setting `database.url`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("otp.db").display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// Opens the database, for assertions and for data that no command reads or writes.
    pub async fn open(&self) -> Arc<dyn Storage> {
        match self {
            Self::Sqlite(_) => {
                let options = SqliteOptions::from_url(&self.url()).expect("a URL");
                Arc::new(SqliteStore::connect(&options).await.expect("opened"))
            }
            Self::Postgres(url) => {
                let mut options = PgOptions::from_url(url).expect("a URL");
                options.max_connections = 2;
                Arc::new(PgStore::connect(&options).await.expect("connected"))
            }
        }
    }
}
