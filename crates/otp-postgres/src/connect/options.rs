//! The address of the database, and the time limits of its users.

use std::time::Duration;

use crate::connect::ConnectError;
use crate::url::{self, Target};

/// The options of a store.
#[derive(Clone)]
pub struct PgOptions {
    pub(super) target: Target,
    /// The pool opens at most this many connections.
    pub max_connections: usize,
    /// A caller waits this long for a connection, including the handshake of a new one. Then the
    /// database counts as unavailable.
    pub acquire_timeout: Duration,
    /// A statement may take this long, including the wait for locks.
    pub statement_timeout: Duration,
    /// A transaction may hold its locks this long without running a statement. Then PostgreSQL closes the
    /// connection. Only a process that is stopped or starved reaches the limit, and meanwhile the sends of
    /// its accounts wait in the other processes.
    pub idle_in_transaction_timeout: Duration,
    /// A batch waits this long for a row that another transaction has locked. Then it is
    /// [`Locked`](otp_core::ports::PortError::Locked). Longer than a batch of another process takes.
    pub row_lock_timeout: Duration,
    /// A migration waits this long for a lock. Meanwhile every query of the table waits behind it.
    pub migration_lock_timeout: Duration,
}

impl PgOptions {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`. The rest has defaults for a server.
    pub fn from_url(url: &str) -> Result<Self, ConnectError> {
        Ok(Self {
            target: url::parse(url).map_err(ConnectError::invalid_url)?,
            max_connections: 16,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            idle_in_transaction_timeout: Duration::from_millis(1_500),
            row_lock_timeout: Duration::from_millis(250),
            migration_lock_timeout: Duration::from_secs(5),
        })
    }

    /// Returns user, server and database as a URL, without password and parameters.
    pub fn shown_url(&self) -> String {
        self.target.shown()
    }

    /// Returns whether the connection leaves this machine and TLS is off or optional (`sslmode` absent,
    /// `prefer` or `disable`), so that somebody on the way may read it.
    pub fn may_be_read_on_the_way(&self) -> bool {
        self.target.may_be_read_on_the_way()
    }
}

impl std::fmt::Debug for PgOptions {
    /// Shows the server only, because a URL contains a password.
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
            .field("row_lock_timeout", &self.row_lock_timeout)
            .field("migration_lock_timeout", &self.migration_lock_timeout)
            .finish_non_exhaustive()
    }
}
