//! Rows that another transaction holds: a batch does not wait for them for long, names their accounts,
//! and a process that is stopped while it holds them is cut off.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use otp_core::ports::{AdmissionFacts, PortError, SendLedger};
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt, Settlement};
use otp_postgres::{PgOptions, PgStore};
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::sender::{accepted_outcome, failure};

use crate::fresh;

/// A store with the limits of a server.
async fn store(url: &str) -> PgStore {
    let options = PgOptions::from_url(url).expect("a URL");
    PgStore::connect(&options).await.expect("the server runs")
}

/// Three accounts with credits.
async fn accounts(store: Arc<PgStore>) -> [Fixture; 3] {
    let first = Fixture::with_credits(store, 100).await;
    let another = async || {
        let account = first.another_account().await;
        first.grant_to(account, 100).await;
        Fixture {
            account,
            ..first.clone()
        }
    };
    [first.clone(), another().await, another().await]
}

fn settlement(attempt: &SendAttempt, outcome: Outcome) -> Settlement {
    Settlement {
        message_id: attempt.message_id,
        account_id: attempt.account_id,
        outcome,
        provider_time: None,
        at: attempt.at,
    }
}

fn held_by<T: std::fmt::Debug>(result: Result<T, PortError>) -> BTreeSet<otp_core::ids::AccountId> {
    match result {
        Err(PortError::Locked(accounts)) => accounts,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_names_the_accounts_whose_rows_are_held_and_records_nothing() {
    let url = fresh::database();
    let prepared = Arc::new(fresh::store(&url).await);
    let accounts = accounts(prepared).await;
    let store = store(&url).await;
    let of_held = &accounts[1];
    let sent = accounts.each_ref().map(|account| account.attempt(1));
    store.admit(Arc::from(sent.clone())).await.expect("admit");

    let holder = fresh::session(&url).await;
    let hold = format!(
        "BEGIN; SELECT FROM accounts WHERE id = '{}' FOR UPDATE",
        of_held.account
    );
    holder.batch_execute(&hold).await.expect("nobody holds it");
    let batch = accounts.each_ref().map(|account| account.attempt(2));
    let started = Instant::now();
    let held = held_by(store.admit(Arc::from(batch.clone())).await);
    assert_eq!(held, BTreeSet::from([of_held.account]));
    assert!(started.elapsed() < Duration::from_secs(5));
    for (account, attempt) in accounts.iter().zip(&batch) {
        assert_eq!(account.find(attempt).await, None, "nothing was recorded");
    }
    let [one, _, other] = batch.clone();
    let others = store.admit(Arc::from([one, other])).await.expect("admit");
    assert_eq!(others, [Admission::Admitted; 2]);

    // Credits may move, so a failure locks the account; an acceptance does not.
    let failed = settlement(&sent[1], Outcome::Failed(failure(131_026)));
    let refunding = held_by(store.settle(Arc::from([failed])).await);
    assert_eq!(refunding, BTreeSet::from([of_held.account]));
    let accepted = settlement(&sent[1], accepted_outcome("wamid.1"));
    let accepted = store.settle(Arc::from([accepted])).await;
    accepted.expect("the message is free");
    holder.batch_execute("COMMIT").await.expect("commit");

    let hold = format!(
        "BEGIN; SELECT FROM messages WHERE id = '{}' FOR UPDATE",
        sent[2].message_id
    );
    holder.batch_execute(&hold).await.expect("nobody holds it");
    let outcomes = sent.each_ref().map(|attempt| {
        let delivered = otp_core::message::MessageStatus::Delivered;
        settlement(attempt, Outcome::Reported(delivered))
    });
    let held = held_by(store.settle(Arc::from(outcomes.clone())).await);
    assert_eq!(held, BTreeSet::from([accounts[2].account]));
    holder.batch_execute("COMMIT").await.expect("commit");
    let settled = store.settle(Arc::from(outcomes)).await;
    settled.expect("everything is free");
}

/// The first batch of a connection prepares its statements, and gives up as early as every other one.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_batch_of_a_connection_does_not_wait_longer() {
    let url = fresh::database();
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10).await;
    let holder = fresh::session(&url).await;
    let hold = format!(
        "BEGIN; SELECT FROM accounts WHERE id = '{}' FOR UPDATE",
        fixture.account
    );
    holder.batch_execute(&hold).await.expect("nobody holds it");
    let sent = fixture.attempt(1);
    let failed = settlement(&sent, Outcome::Failed(failure(131_026)));
    let expected = BTreeSet::from([fixture.account]);
    let (admitting, settling) = (store(&url).await, store(&url).await);
    let started = Instant::now();
    let held = held_by(admitting.admit(Arc::from([sent])).await);
    assert_eq!(held, expected);
    let held = held_by(settling.settle(Arc::from([failed])).await);
    assert_eq!(held, expected);
    // A statement may take 10 s.
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// A change counts that another transaction committed while a batch waited for its account, also if the
/// connection has loaded such facts before and has never locked an account.
#[tokio::test(flavor = "multi_thread")]
async fn facts_are_loaded_after_the_lock_on_a_connection_that_only_loaded_facts_before() {
    let url = fresh::database();
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 1).await;
    let store = Arc::new(fresh::connect(&url).await);
    let attempt = fixture.attempt(1);
    store.facts_of(&attempt).await.expect("facts");
    let holder = fresh::session(&url).await;
    let spend = format!(
        "BEGIN; SELECT FROM accounts WHERE id = '{0}' FOR UPDATE; \
         UPDATE subscriptions SET remaining = 0 WHERE account_id = '{0}'",
        fixture.account
    );
    holder.batch_execute(&spend).await.expect("nobody holds it");
    let admitting = {
        let (store, attempt) = (Arc::clone(&store), attempt.clone());
        tokio::spawn(async move { store.admit(Arc::from([attempt])).await })
    };
    let observer = fresh::session(&url).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND wait_event_type = 'Lock'";
    fresh::until(&observer, waiting, 1).await;
    holder.batch_execute("COMMIT").await.expect("commit");
    let admitted = admitting.await.expect("no panic").expect("admit");
    assert_eq!(admitted, [Admission::Refused(Refusal::InsufficientBalance)]);
}

/// A migration that waits for a table stops every statement for a while. It does not fail the batches.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_waits_longer_for_a_table_than_for_a_row() {
    let url = fresh::database();
    let fixture = Fixture::with_credits(Arc::new(fresh::store(&url).await), 10).await;
    let store = Arc::new(store(&url).await);
    let migration = fresh::session(&url).await;
    let lock = "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE";
    migration.batch_execute(lock).await.expect("locked");
    let attempt = fixture.attempt(1);
    let admitting = {
        let (store, attempt) = (Arc::clone(&store), attempt.clone());
        tokio::spawn(async move { store.admit(Arc::from([attempt])).await })
    };
    let observer = fresh::session(&url).await;
    // Longer than a row is waited for.
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND wait_event_type = 'Lock' AND now() - query_start > interval '600 ms'";
    fresh::until(&observer, waiting, 1).await;
    migration.batch_execute("COMMIT").await.expect("commit");
    let admitted = admitting.await.expect("no panic").expect("admit");
    assert_eq!(admitted, [Admission::Admitted]);
}

/// A future that is not polled any more stands for a process that is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_stopped_within_a_transaction_is_cut_off_and_gets_an_error_when_it_wakes() {
    let url = fresh::database();
    let patient = Arc::new(fresh::store(&url).await);
    let fixture = Fixture::with_credits(Arc::clone(&patient) as Arc<_>, 10).await;
    let stopped = store(&url).await;
    let observer = fresh::session(&url).await;
    let attempt = fixture.attempt(1);
    let mut admitting = stopped.admit(Arc::from([attempt.clone()]));
    // Idle for a while: no statement is on its way to PostgreSQL, and the next poll would send one. The
    // first statements are prepared before they run, so it is idle before it has locked a row, too.
    // A lock of a row gives the transaction an id.
    let holding = "SELECT count(*), \
             count(*) FILTER (WHERE now() - state_change > interval '200 ms'), \
             count(*) FILTER (WHERE backend_xid IS NOT NULL) \
         FROM pg_stat_activity \
         WHERE datname = current_database() AND state = 'idle in transaction'";
    'stopping: loop {
        let polled = poll_fn(|context| Poll::Ready(admitting.as_mut().poll(context)));
        assert!(polled.await.is_pending(), "stopped before it has committed");
        loop {
            let row = observer.query_one(holding, &[]).await.expect("a question");
            let [idle, for_a_while, locking] = [0, 1, 2].map(|column| row.get::<_, i64>(column));
            match (idle, for_a_while, locking) {
                (0, _, _) | (_, 1, 0) => break,
                (_, 0, _) => {}
                _ => break 'stopping,
            }
        }
    }
    let started = Instant::now();
    let other = patient.admit(Arc::from([fixture.attempt(2)])).await;
    assert_eq!(other.expect("admit"), [Admission::Admitted]);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );

    let woken = admitting.await;
    assert!(matches!(woken, Err(PortError::Unavailable(_))), "{woken:?}");
    assert_eq!(fixture.find(&attempt).await, None);
    assert_eq!(fixture.balance().await, 9);
    let again = stopped.admit(Arc::from([attempt])).await;
    assert_eq!(again.expect("admit"), [Admission::Admitted]);
}
