//! Where the database is and how patient its users are.

use std::time::Duration;

use crate::connect::ConnectError;
use crate::url::{self, Target};

/// How to open a store.
#[derive(Clone)]
pub struct PgOptions {
    pub(super) target: Target,
    /// The most connections the pool opens.
    pub max_connections: usize,
    /// How long to wait for a connection, a new one's handshake included. Then a caller is told that
    /// the database is unavailable.
    pub acquire_timeout: Duration,
    /// How long one statement may take, waiting for locks included.
    pub statement_timeout: Duration,
    /// How long a transaction may hold its locks without a statement under way. Only a stopped or
    /// starved process reaches it.
    pub idle_in_transaction_timeout: Duration,
    /// How long a migration may wait for a lock. Every query of its table waits behind it meanwhile.
    pub migration_lock_timeout: Duration,
}

impl PgOptions {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`, with defaults that suit a
    /// server.
    pub fn from_url(url: &str) -> Result<Self, ConnectError> {
        Ok(Self {
            target: url::parse(url).map_err(ConnectError::invalid_url)?,
            max_connections: 16,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            idle_in_transaction_timeout: Duration::from_secs(10),
            migration_lock_timeout: Duration::from_secs(5),
        })
    }
}

impl std::fmt::Debug for PgOptions {
    /// Names the server only: a URL has a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgOptions")
            .field("server", &self.target.server)
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field(
                "idle_in_transaction_timeout",
                &self.idle_in_transaction_timeout,
            )
            .field("migration_lock_timeout", &self.migration_lock_timeout)
            .finish_non_exhaustive()
    }
}
