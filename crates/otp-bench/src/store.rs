//! The stores to measure on. PostgreSQL is a cluster of this run's own with default settings, so it
//! waits for the disk at every commit.

use otp_e2e::Database;
use otp_testkit::postgres::{Options, TestPostgres};

/// A store to measure on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

/// A fresh database, and what keeps it alive.
pub(crate) struct Fresh {
    pub(crate) database: Database,
    pub(crate) cluster: Option<TestPostgres>,
}

impl Store {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    pub(crate) fn fresh(self) -> anyhow::Result<Fresh> {
        match self {
            Self::Sqlite => Ok(Fresh {
                database: Database::sqlite(),
                cluster: None,
            }),
            Self::Postgres => {
                let cluster = durable_cluster()?;
                Ok(Fresh {
                    database: Database::Postgres(cluster.create_database()),
                    cluster: Some(cluster),
                })
            }
        }
    }
}

/// Starts a cluster of this run's own, with the database server's defaults.
pub(crate) fn durable_cluster() -> anyhow::Result<TestPostgres> {
    let durable = Options {
        durable: true,
        ..Options::default()
    };
    Ok(TestPostgres::start(durable)?)
}
