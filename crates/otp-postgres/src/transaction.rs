//! A transaction that cannot leak: if it is dropped before its end, its connection closes.
//!
//! A plain pooled connection would return to the pool with the transaction open, and would hold its
//! locks until its next use. So a transaction owns its connection, and returns it only after PostgreSQL
//! confirmed the end. If the future of a port method is dropped (by an aborted request or a time-out),
//! the socket closes, PostgreSQL rolls back and frees the locks, and the pool opens a new connection.
//!
//! If a future is dropped during its COMMIT, the commit may have taken place, as with
//! [`PortError::Unavailable`](otp_core::ports::PortError::Unavailable).

use std::time::Duration;

use diesel::QueryResult;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use otp_core::ports::{MAX_READ_TIME, PortError};

use crate::connect::PgConnection;
use crate::errors::commit_error;

/// Begins a transaction whose statements all see the same moment, for reading.
pub(crate) const BEGIN_AT_ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// An open transaction and its connection.
pub(crate) struct Transaction {
    /// Present until the transaction is over.
    connection: Option<PgConnection>,
}

impl Transaction {
    /// A transaction on this connection; [`Transaction::begin`] starts it.
    pub(crate) fn on(connection: PgConnection) -> Self {
        Self {
            connection: Some(connection),
        }
    }

    /// Sends BEGIN. Polled together with the first statements, it shares their round trip: PostgreSQL
    /// runs statements in the order in which they are first polled.
    pub(crate) async fn begin(&self) -> QueryResult<()> {
        self.begin_with("BEGIN").await
    }

    /// Sends a BEGIN with options.
    pub(crate) async fn begin_with(&self, begin: &str) -> QueryResult<()> {
        self.connection().batch_execute(begin).await
    }

    /// Sends a BEGIN with options, and gives each statement of the transaction the time of a caller's read.
    pub(crate) async fn begin_brief(&self, begin: &str) -> QueryResult<()> {
        let limit = MAX_READ_TIME.as_millis();
        let begin = format!("{begin}; SET LOCAL statement_timeout = {limit}");
        self.begin_with(&begin).await
    }

    /// Sends BEGIN, and bounds the wait for each lock until [`Transaction::end_lock_limit`].
    pub(crate) async fn begin_with_lock_limit(&self, limit: Duration) -> QueryResult<()> {
        let limit = limit.as_millis();
        self.begin_with(&format!("BEGIN; SET LOCAL lock_timeout = {limit}"))
            .await
    }

    /// Ends the bound. It is for rows that other batches hold; a table that a migration is about to
    /// change is waited for as long as by any other statement.
    pub(crate) async fn end_lock_limit(&self) -> QueryResult<()> {
        let end = "SET LOCAL lock_timeout TO DEFAULT";
        self.connection().batch_execute(end).await
    }

    /// The connection, shared so that statements may be pipelined.
    pub(crate) fn connection(&self) -> &AsyncPgConnection {
        self.connection
            .as_ref()
            .expect("the connection leaves only when the transaction is consumed")
    }

    /// Commits if the work is `done` without an error; otherwise rolls back.
    pub(crate) async fn finish<T>(mut self, done: Result<T, PortError>) -> Result<T, PortError> {
        if done.is_err() {
            // The first error says more than one of the roll-back.
            self.roll_back().await;
            return done;
        }
        let over = self.connection().batch_execute("COMMIT").await;
        over.map_err(commit_error)?;
        // The transaction is over, so the connection may return to the pool.
        drop(self.connection.take());
        done
    }

    /// Rolls back, and returns whether PostgreSQL confirmed it. If not, the connection closes with the
    /// transaction.
    pub(crate) async fn roll_back(mut self) -> bool {
        let is_over = self.connection().batch_execute("ROLLBACK").await.is_ok();
        if is_over {
            drop(self.connection.take());
        }
        is_over
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}
