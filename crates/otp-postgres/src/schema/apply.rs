//! Applying migrations, each with the locks it may wait for.

use std::error::Error as StdError;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::Migration;
use diesel::pg::Pg;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::errors::one_line;

/// Why a migration was not applied.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another session held a lock for too long.
    Locked,
    /// Anything else, in PostgreSQL's words.
    Other(String),
}

/// Applies the pending migrations one by one and returns their number.
pub(super) async fn apply(
    connection: AsyncPgConnection,
    migrations: EmbeddedMigrations,
    lock_timeout: Duration,
) -> Result<usize, Failure> {
    // diesel's harness blocks; here it blocks a thread meant for that, on any runtime.
    let applying = tokio::task::spawn_blocking(move || {
        let mut connection = AsyncConnectionWrapper::<_>::from(connection);
        apply_blocking(&mut connection, migrations, lock_timeout)
            .map_err(|error| failure(error.as_ref()))
    });
    applying
        .await
        .unwrap_or_else(|error| Err(Failure::Other(one_line(&error))))
}

fn apply_blocking<C>(
    connection: &mut C,
    migrations: EmbeddedMigrations,
    lock_timeout: Duration,
) -> diesel::migration::Result<usize>
where
    C: MigrationHarness<Pg> + SimpleConnection,
{
    let pending = connection.pending_migrations(migrations)?;
    for migration in &pending {
        let limit = lock_limit(migration.as_ref(), lock_timeout).as_millis();
        connection.batch_execute(&format!("SET lock_timeout = {limit}"))?;
        connection.run_migration(migration.as_ref())?;
    }
    Ok(pending.len())
}

/// How long a migration may wait for a lock; zero for any time.
///
/// What needs a table for itself makes every later query wait behind it, so it waits for a bounded time
/// only. What runs outside a transaction is `CREATE INDEX CONCURRENTLY`: it waits for every open
/// transaction to end, and lets all queries pass.
fn lock_limit(migration: &dyn Migration<Pg>, lock_timeout: Duration) -> Duration {
    if migration.metadata().run_in_transaction() {
        lock_timeout
    } else {
        Duration::ZERO
    }
}

/// diesel-async keeps no SQLSTATE; the text is that of an English server, see `errors.rs`. On another
/// one a lock that was not granted is told in the server's words.
fn failure(error: &(dyn StdError + 'static)) -> Failure {
    let words = one_line(error);
    if words.contains("due to lock timeout") {
        Failure::Locked
    } else {
        Failure::Other(words)
    }
}

#[cfg(test)]
mod tests;
