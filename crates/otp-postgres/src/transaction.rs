//! A transaction that cannot leak: dropped anywhere, it takes its connection with it.
//!
//! The pool alone would be given the connection back with the transaction open, and its locks would
//! be held until somebody next asked for that connection. So a transaction owns its connection and
//! hands it back only when PostgreSQL has said that the transaction is over. Whoever drops the
//! future of a port method (a request that went away, a time-out) drops the transaction: the socket
//! closes, PostgreSQL notices, rolls back and frees the locks; the pool makes a new connection.
//!
//! Only a future dropped while its COMMIT is under way leaves it unknown whether it took place, as
//! [`PortError::Unavailable`](otp_core::ports::PortError::Unavailable) does.

use diesel::QueryResult;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use otp_core::ports::PortError;

use crate::connect::PgConnection;
use crate::errors::commit_error;

/// A BEGIN for reading: all statements of the transaction see the same moment.
pub(crate) const BEGIN_AT_ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// An open transaction and its connection.
pub(crate) struct Transaction {
    /// Present until the transaction is over.
    connection: Option<PgConnection>,
}

impl Transaction {
    /// A transaction on this connection, to be begun with [`Transaction::begin`].
    pub(crate) fn on(connection: PgConnection) -> Self {
        Self {
            connection: Some(connection),
        }
    }

    /// Sends BEGIN. It may be polled together with the first statements, which then share its round
    /// trip: PostgreSQL runs them in the order in which they are first polled.
    pub(crate) async fn begin(&self) -> QueryResult<()> {
        self.begin_with("BEGIN").await
    }

    /// The same with a BEGIN that says more.
    pub(crate) async fn begin_with(&self, begin: &str) -> QueryResult<()> {
        self.connection().batch_execute(begin).await
    }

    /// The connection, shared so that statements may be pipelined.
    pub(crate) fn connection(&self) -> &AsyncPgConnection {
        self.connection
            .as_ref()
            .expect("the connection leaves only when the transaction is consumed")
    }

    /// Commits what was `done`, or rolls back.
    pub(crate) async fn finish<T>(mut self, done: Result<T, PortError>) -> Result<T, PortError> {
        let over = if done.is_ok() {
            self.connection().batch_execute("COMMIT").await
        } else {
            self.connection().batch_execute("ROLLBACK").await
        };
        match (done, over) {
            (done, Ok(())) => {
                // Only now may the pool have the connection back.
                drop(self.connection.take());
                done
            }
            (Ok(_), Err(error)) => Err(commit_error(error)),
            // What went wrong first says more; the connection goes with the transaction.
            (Err(error), Err(_)) => Err(error),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}
