//! A time limit on the statements of a read.
//!
//! `sqlite3_interrupt` and the progress handler need the raw connection, which diesel does not give. So a
//! statement that may take long has the condition `in_time()`: SQLite calls it for each row that it looks
//! at, and it fails the statement once the time is over.

use std::cell::Cell;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;

thread_local! {
    /// The end of the read that this thread runs. A read runs on one thread from start to end.
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The text of the error of a statement that took too long.
pub(crate) const TOO_LATE: &str = "the read took too long";

#[diesel::declare_sql_function]
extern "SQL" {
    /// True, until the time is over; then an error.
    fn in_time() -> Bool;
}

/// The answer of `in_time`.
#[derive(Debug)]
struct InTime {
    deadline: Option<Instant>,
}

impl ToSql<Bool, Sqlite> for InTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return Err(TOO_LATE.into());
        }
        out.set_value(1_i32);
        Ok(IsNull::No)
    }
}

/// Makes `in_time()` known to a connection.
pub(crate) fn register(connection: &mut SqliteConnection) -> QueryResult<()> {
    in_time_utils::register_nondeterministic_impl(connection, || InTime {
        deadline: DEADLINE.get(),
    })
}

/// Replaces `in_time()` by a function that counts its calls, one for each row that a search looks at.
#[cfg(test)]
pub(crate) fn count_calls(
    connection: &mut SqliteConnection,
) -> std::sync::Arc<std::sync::atomic::AtomicU64> {
    let calls = std::sync::Arc::<std::sync::atomic::AtomicU64>::default();
    let counted = std::sync::Arc::clone(&calls);
    let registered = in_time_utils::register_nondeterministic_impl(connection, move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        InTime { deadline: None }
    });
    registered.expect("registered");
    calls
}

/// Runs `read`; its statements with `in_time()` fail after `limit`.
pub(crate) fn within<T>(limit: Duration, read: impl FnOnce() -> T) -> T {
    /// Takes the deadline away also if the read panics: the thread will run other reads.
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            DEADLINE.set(None);
        }
    }
    DEADLINE.set(Some(Instant::now() + limit));
    let _reset = Reset;
    read()
}

#[cfg(test)]
mod tests {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    use otp_core::ports::PortError;

    use super::*;
    use crate::errors::StoreError;

    /// Counts to more than a second's work, and would not end before.
    const LONG: &str = "WITH RECURSIVE counted (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE in_time() AND n < 1000000000)
        SELECT count(*) FROM counted";

    #[test]
    fn a_read_ends_when_its_time_is_over() {
        let mut connection = SqliteConnection::establish(":memory:").expect("memory");
        register(&mut connection).expect("registered");
        let limit = Duration::from_millis(50);
        let read = within(limit, || {
            sql::<BigInt>(LONG).get_result::<i64>(&mut connection)
        });
        let error = PortError::from(StoreError::from(read.expect_err("too long")));
        assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
        // The next read has its own time, and one without a limit has any.
        let next = sql::<BigInt>("SELECT in_time()").get_result::<i64>(&mut connection);
        assert_eq!(next, Ok(1));
    }
}
