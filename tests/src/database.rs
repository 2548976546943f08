//! A database of the test's own.

use std::sync::Arc;

use otp_core::ports::Storage;
use otp_postgres::{PgOptions, PgStore};
use otp_sqlite::{SqliteOptions, SqliteStore};
use otp_testkit::postgres::TestPostgres;

/// Which store, and where.
pub enum Database {
    /// A file in a folder that vanishes with the test.
    Sqlite(tempfile::TempDir),
    /// A database on the tests' server.
    Postgres(String),
}

impl Database {
    /// A fresh file.
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    /// A fresh database.
    pub fn postgres() -> Self {
        Self::Postgres(TestPostgres::shared().create_database())
    }

    /// What the server is given as `database.url`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("otp.db").display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// The same data, for assertions and for what has no command.
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
