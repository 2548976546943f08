//! A database that stops and starts again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use otp_core::ports::{PortError, SendLedger, StorageHealth};
use otp_core::send::Admission;
use otp_postgres::{ConnectError, PgOptions, PgStore};
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::postgres::{Options, TestPostgres};
use tokio::net::TcpListener;
use tokio::task::block_in_place;

use crate::fresh;

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_database_is_unavailable_and_a_restarted_one_is_used_again() {
    let cluster = block_in_place(|| TestPostgres::start(Options::default())).expect("a cluster");
    let store = Arc::new(fresh::store(&block_in_place(|| cluster.create_database())).await);
    let fixture = Fixture::with_credits(Arc::clone(&store) as Arc<_>, 100).await;
    for round in 0..2 {
        fixture.send(round * 10).await;
        block_in_place(|| cluster.stop_immediately());
        for number in 1..4 {
            let started = Instant::now();
            let attempt = fixture.attempt(round * 10 + number);
            let refused = store.admit(Arc::from([attempt])).await;
            assert!(
                matches!(refused, Err(PortError::Unavailable(_))),
                "{refused:?}"
            );
            let refused = store.check().await;
            assert!(
                matches!(refused, Err(PortError::Unavailable(_))),
                "{refused:?}"
            );
            assert!(started.elapsed() < Duration::from_secs(6));
        }
        block_in_place(|| cluster.start_again());
        store
            .check()
            .await
            .expect("the pool has made a new connection");
        fixture.send(round * 10 + 5).await;
    }
    fixture.assert_ledger_balances().await;
    assert_eq!(fixture.balance().await, 96);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_session_is_replaced() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let fixture = Fixture::with_credits(Arc::clone(&store) as Arc<_>, 100).await;
    let holder = fresh::session(&url).await;
    let hold = "BEGIN; SELECT 1 FROM accounts FOR UPDATE";
    holder
        .batch_execute(hold)
        .await
        .expect("nobody else has locks");
    let attempt = fixture.attempt(1);
    let admitting = {
        let (store, attempt) = (Arc::clone(&store), attempt.clone());
        tokio::spawn(async move { store.admit(Arc::from([attempt])).await })
    };
    let observer = fresh::session(&url).await;
    let waiting = "FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    fresh::until(&observer, &format!("SELECT count(*) {waiting}"), 1).await;
    let cut = format!("SELECT count(pg_terminate_backend(pid)) {waiting}");
    fresh::until(&observer, &cut, 1).await;
    let cut = admitting.await.expect("no panic");
    assert!(matches!(cut, Err(PortError::Unavailable(_))), "{cut:?}");
    holder.batch_execute("COMMIT").await.expect("commit");
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_an_error_in_time() {
    // The system completes the TCP handshake; nothing accepts the connection.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("an address");
    let url = format!("postgres://otp:s3cret@{address}/otp");
    let mut options = PgOptions::from_url(&url).expect("a URL");
    options.acquire_timeout = Duration::from_millis(200);
    let started = Instant::now();
    let error = PgStore::connect(&options).await.expect_err("no answer");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(matches!(error, ConnectError::Unreachable { .. }));
    assert_eq!(
        error.to_string(),
        format!("cannot connect to PostgreSQL at {address}: no answer")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_without_a_free_connection_is_unavailable_in_time() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let mut narrow = PgOptions::from_url(&url).expect("a URL");
    narrow.max_connections = 1;
    narrow.acquire_timeout = Duration::from_millis(200);
    narrow.row_lock_timeout = Duration::from_secs(10);
    let narrow = Arc::new(PgStore::connect(&narrow).await.expect("connects"));
    let fixture = Fixture::with_credits(store, 100).await;
    let holder = fresh::session(&url).await;
    let hold = "BEGIN; SELECT 1 FROM accounts FOR UPDATE";
    holder
        .batch_execute(hold)
        .await
        .expect("nobody else has locks");
    let attempt = fixture.attempt(1);
    let admitting = {
        let narrow = Arc::clone(&narrow);
        tokio::spawn(async move { narrow.admit(Arc::from([attempt])).await })
    };
    let observer = fresh::session(&url).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    fresh::until(&observer, waiting, 1).await;
    let refused = narrow.check().await;
    assert!(
        matches!(refused, Err(PortError::Unavailable(_))),
        "{refused:?}"
    );
    holder.batch_execute("COMMIT").await.expect("commit");
    let admitted = admitting.await.expect("no panic").expect("admit");
    assert_eq!(admitted, [Admission::Admitted]);
}

/// Refuses every message as PostgreSQL does when its disk is full, in the language that the session asked
/// for.
const FULL: &str = "
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE =
            'could not write block 7 of relation base/5/1249: ' ||
            CASE current_setting('lc_messages') WHEN 'C' THEN 'No space left on device'
            ELSE 'Auf dem Gerät ist kein Speicherplatz mehr verfügbar' END;
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION full_disk()";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_out_of_space_and_loses_nothing() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let fixture = Fixture::with_credits(Arc::clone(&store) as Arc<_>, 100).await;
    let session = fresh::session(&url).await;
    session.batch_execute(FULL).await.expect("a trigger");
    let attempts: Arc<[_]> = (1..4).map(|number| fixture.attempt(number)).collect();
    let error = store.admit(attempts).await.expect_err("the disk is full");
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    assert!(error.is_out_of_space(), "{error:?}");
    store.check().await.expect("it can be read");
    let free = "DROP TRIGGER full_disk ON messages";
    session.batch_execute(free).await.expect("no trigger");
    fixture.send(1).await;
    fixture.assert_ledger_balances().await;
    assert_eq!(fixture.balance().await, 99);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_the_space_leaves_nothing_behind() {
    let url = fresh::database();
    let store = fresh::store(&url).await;
    for _ in 0..2 {
        store.check_space().await.expect("there is room");
    }
    let session = fresh::session(&url).await;
    let left = "SELECT count(*) FROM pg_class WHERE relname = 'otp_room'";
    let left: i64 = session.query_one(left, &[]).await.expect("a count").get(0);
    assert_eq!(left, 0);
}
