//! Statements that are sent together and share a round trip.
//!
//! Once a statement of a transaction fails, PostgreSQL answers those after it with "current transaction is
//! aborted". The answers reach their futures from another thread, so a later one may be seen first. The
//! `try_join` of `futures_util` would return the error that it sees first; these functions wait for all
//! answers and return the first error in the order of the statements, which is the cause.

use futures_util::{FutureExt as _, future};

macro_rules! try_joins {
    ($($(#[$doc:meta])* $name:ident, $join:ident: $($future:ident $output:ident),+;)+) => {$(
        $(#[$doc])*
        pub(crate) fn $name<E, $($output),+>(
            $($future: impl Future<Output = Result<$output, E>>),+
        ) -> impl Future<Output = Result<($($output,)+), E>> {
            future::$join($($future),+).map(|($($future,)+)| Ok(($($future?,)+)))
        }
    )+};
}

try_joins! {
    /// Polls two statements together, in this order.
    try_join, join: first A, second B;
    /// Polls three statements together, in this order.
    try_join3, join3: first A, second B, third C;
    /// Polls four statements together, in this order.
    try_join4, join4: first A, second B, third C, fourth D;
    /// Polls five statements together, in this order.
    try_join5, join5: first A, second B, third C, fourth D, fifth F;
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn the_first_statements_error_is_returned_though_a_later_one_is_seen_before_it() {
        let (answer, first) = oneshot::channel();
        let statement = async { first.await.expect("an answer") };
        let aborted = async {
            answer.send(Err("violates a key")).expect("a statement");
            Err("current transaction is aborted")
        };
        let joined: Result<((), ()), _> = try_join(statement, aborted).await;
        assert_eq!(joined, Err("violates a key"));
    }

    #[tokio::test]
    async fn the_answers_are_in_the_order_of_the_statements() {
        let joined = try_join5(
            async { Ok::<_, ()>(1) },
            async { Ok(2) },
            async { Ok(3) },
            async { Ok(4) },
            async { Ok(5) },
        );
        assert_eq!(joined.await, Ok((1, 2, 3, 4, 5)));
    }
}
