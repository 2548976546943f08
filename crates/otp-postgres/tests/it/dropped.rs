//! A dropped future frees its locks.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use otp_core::ports::SendLedger;
use otp_core::send::{Admission, Outcome, Settlement};
use otp_postgres::{PgOptions, PgStore};
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::sender::failure;

use crate::fresh;

/// Polls a future at most `polls` times, then drops it; `None` if it was not ready by then.
async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// A store that fails soon instead of waiting, and whose sessions never time out.
async fn impatient(url: &str) -> Arc<PgStore> {
    let mut options = PgOptions::from_url(url).expect("a URL");
    options.statement_timeout = Duration::from_secs(4);
    options.row_lock_timeout = Duration::from_secs(4);
    options.idle_in_transaction_timeout = Duration::from_secs(600);
    Arc::new(PgStore::connect(&options).await.expect("the server runs"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_dropped_at_any_point_frees_its_locks_and_happens_whole_or_not_at_all() {
    let url = fresh::database();
    let dropping = Arc::new(fresh::store(&url).await);
    let other = impatient(&url).await;
    let fixture = Fixture::with_credits(Arc::clone(&dropping) as Arc<_>, 10_000).await;
    let mut number = 0..;
    let mut attempt = || fixture.attempt(number.next().expect("enough"));
    for polls in 1.. {
        let attempts = [attempt(), attempt()];
        let admitted = dropped_after(polls, dropping.admit(Arc::from(attempts.clone()))).await;
        let next = other
            .admit(Arc::from([attempt()]))
            .await
            .expect("the account's lock is free");
        assert_eq!(next, [Admission::Admitted], "dropped after {polls} polls");

        let settlement = |outcome| Settlement {
            message_id: attempts[0].message_id,
            account_id: fixture.account,
            outcome,
            provider_time: None,
            at: attempts[0].at,
        };
        let failed = Arc::from([settlement(Outcome::Failed(failure(131_026)))]);
        let settled = dropped_after(polls, dropping.settle(failed)).await;
        let unknown = Arc::from([settlement(Outcome::Unknown)]);
        other
            .settle(unknown)
            .await
            .expect("the message's lock is free");

        let recorded = [
            fixture.find(&attempts[0]).await,
            fixture.find(&attempts[1]).await,
        ];
        assert_eq!(
            recorded[0].is_some(),
            recorded[1].is_some(),
            "all or nothing"
        );
        fixture.assert_ledger_balances().await;
        if admitted.is_some() && settled.is_some() {
            assert!(polls > 2, "a transaction waits for more than one answer");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_dropped_while_it_waits_for_a_lock_stops_waiting() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let fixture = Fixture::with_credits(Arc::clone(&store) as Arc<_>, 10).await;
    let holder = fresh::session(&url).await;
    let hold = "BEGIN; SELECT 1 FROM accounts FOR UPDATE";
    holder
        .batch_execute(hold)
        .await
        .expect("nobody else has locks");

    let waiting = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let attempt = fixture.attempt(1);
    let admitting = {
        let (store, attempt) = (Arc::clone(&store), attempt.clone());
        tokio::spawn(async move { store.admit(Arc::from([attempt])).await })
    };
    let observer = fresh::session(&url).await;
    fresh::until(&observer, waiting, 1).await;
    admitting.abort();
    assert!(admitting.await.expect_err("aborted").is_cancelled());
    let gone = fresh::until(&observer, waiting, 0);
    tokio::time::timeout(Duration::from_secs(5), gone)
        .await
        .expect("PostgreSQL noticed");

    holder.batch_execute("COMMIT").await.expect("commit");
    assert_eq!(fixture.find(&attempt).await, None);
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
}
