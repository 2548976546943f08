//! PostgreSQL by hand: the benchmarks' own statements, and the counters of the database server.

use std::time::Duration;

use anyhow::Context as _;
use tokio_postgres::{Client, NoTls};

use crate::process::{parent, processor_time};

/// A connection of the benchmark's own.
pub(crate) struct ByHand {
    client: Client,
    postmaster: Option<u32>,
}

/// The counters of the database server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    /// Committed transactions of this database.
    pub(crate) transactions: i64,
    /// Waits for the disk to write the log, of all databases.
    pub(crate) syncs: i64,
    /// Processor time of the server and all its processes.
    pub(crate) processor_time: Option<Duration>,
}

impl ByHand {
    pub(crate) async fn connect(url: &str) -> anyhow::Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let backend = client.query_one("SELECT pg_backend_pid()", &[]).await?;
        let backend: i32 = backend.get(0);
        let postmaster = parent(u32::try_from(backend)?);
        Ok(Self { client, postmaster })
    }

    /// Runs statements one by one.
    pub(crate) async fn run(&self, statements: &str) -> anyhow::Result<()> {
        for statement in split(statements) {
            let run = self.client.batch_execute(&statement).await;
            run.with_context(|| {
                statement
                    .trim()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })?;
        }
        Ok(())
    }

    pub(crate) async fn counted(&self) -> anyhow::Result<Counted> {
        let row = self
            .client
            .query_one(
                "SELECT xact_commit, wal_sync FROM pg_stat_database, pg_stat_wal \
                 WHERE datname = current_database()",
                &[],
            )
            .await?;
        Ok(Counted {
            transactions: row.get(0),
            syncs: row.get(1),
            processor_time: self.postmaster.and_then(|id| processor_time(id, true)),
        })
    }

    /// Writes all changes to disk, so that no contender pays for the writes of the one before it.
    pub(crate) async fn checkpoint(&self) -> anyhow::Result<()> {
        Ok(self.client.batch_execute("CHECKPOINT").await?)
    }
}

/// Splits after each semicolon at the end of a line, but not within `$$`.
fn split(statements: &str) -> Vec<String> {
    let mut split = Vec::new();
    let mut statement = String::new();
    for line in statements.lines() {
        statement.push_str(line);
        statement.push('\n');
        if line.ends_with(';') && statement.matches("$$").count().is_multiple_of(2) {
            split.push(std::mem::take(&mut statement));
        }
    }
    split
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_functions_body_is_not_split() {
        let statements = "SELECT 1;\nCREATE FUNCTION f() AS $$\nBEGIN\n  a;\nEND $$;\nSELECT 2;\n";
        let split = split(statements);
        assert_eq!(split.len(), 3);
        assert!(split[1].contains("a;") && split[1].ends_with("$$;\n"));
    }
}
