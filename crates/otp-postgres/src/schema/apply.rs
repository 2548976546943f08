//! Applying migrations, each with the locks it may wait for.

use std::error::Error as StdError;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::Migration;
use diesel::pg::Pg;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::errors::{is_lock_time_out, one_line};

/// A migration that was not applied.
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
        // The error would quote a panic.
        .unwrap_or_else(|_| {
            Err(Failure::Other(
                "the task that applies migrations failed".into(),
            ))
        })
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

/// The time that a migration may wait for a lock; zero for no limit.
///
/// While a migration waits to lock a table, every later query of the table waits behind it, so the wait
/// has a limit. A migration outside a transaction is `CREATE INDEX CONCURRENTLY`: it waits for every open
/// transaction to end, and no query waits behind it.
fn lock_limit(migration: &dyn Migration<Pg>, lock_timeout: Duration) -> Duration {
    if migration.metadata().run_in_transaction() {
        lock_timeout
    } else {
        Duration::ZERO
    }
}

/// From a server that does not speak English, a lock that was not granted is a failure in its words.
fn failure(error: &(dyn StdError + 'static)) -> Failure {
    let words = one_line(error);
    if is_lock_time_out(&words) {
        Failure::Locked
    } else {
        Failure::Other(words)
    }
}

#[cfg(test)]
mod tests;
