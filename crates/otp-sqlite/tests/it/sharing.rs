//! Several users of one file: processes, dropped callers, and programs that keep it locked.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use otp_core::ports::{Accounts, PortError, SendLedger};
use otp_core::send::Admission;
use otp_sqlite::SqliteStore;
use otp_testkit::contract::fixture::Fixture;

use crate::fresh::Place;

/// Two pools do not know of each other, just as two processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_write_to_one_file_without_failing_each_other() {
    let place = Place::new();
    let server = Fixture::with_credits(place.store().await, 1_000).await;
    let other = Fixture {
        store: place.store().await,
        ..server.clone()
    };
    let writers = (0..16_u32).map(|writer| {
        let fixture = if writer % 2 == 0 {
            server.clone()
        } else {
            other.clone()
        };
        tokio::spawn(async move {
            for round in 0..10 {
                let attempt = fixture.attempt(writer * 100 + round);
                assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
                fixture.balance().await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(server.balance().await, 1_000 - 160);
    other.assert_ledger_balances().await;
}

/// Runs on a single-threaded runtime, as a web worker does: dropping must neither block nor panic.
#[tokio::test]
async fn the_work_of_a_dropped_caller_still_completes() {
    let place = Place::new();
    let fixture = Fixture::with_credits(place.store().await, 1_000).await;
    let attempts: Arc<[_]> = (0..300).map(|number| fixture.attempt(number)).collect();
    tokio::select! {
        biased;
        _ = fixture.store.admit(Arc::clone(&attempts)) => panic!("a batch takes longer than a poll"),
        () = std::future::ready(()) => {}
    }
    // The next writer gets the lock, in this process and in another.
    fixture.another_account().await;
    assert_eq!(fixture.balance().await, 700);
    let other = Fixture {
        store: place.store().await,
        ..fixture.clone()
    };
    other.another_account().await;
    other.assert_ledger_balances().await;
    assert!(other.find(&attempts[299]).await.is_some());
}

#[tokio::test]
async fn a_file_kept_locked_makes_the_store_unavailable_until_it_is_free() {
    let place = Place::new();
    let fixture = Fixture::with_credits(place.store().await, 10).await;
    let mut options = place.options();
    options.acquire_timeout = Duration::from_millis(100);
    let store = Arc::new(SqliteStore::connect(&options).await.unwrap());
    let mut neighbour = place.stranger();
    neighbour.batch_execute("BEGIN IMMEDIATE").unwrap();

    let attempts: Arc<[_]> = Arc::from([fixture.attempt(1)]);
    let error = store.admit(Arc::clone(&attempts)).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    Accounts::list(&*store).await.expect("readers do not wait");

    neighbour.batch_execute("COMMIT").unwrap();
    assert_eq!(store.admit(attempts).await.unwrap(), [Admission::Admitted]);
}

/// If the disk is full or fails, SQLite ends the transaction itself. A trigger does the same here, with
/// the same words.
#[tokio::test]
async fn a_transaction_that_sqlite_ends_reports_its_cause_and_affects_no_other() {
    let place = Place::new();
    let fixture = Fixture::with_credits(place.store().await, 10).await;
    let mut disk = place.stranger();
    disk.batch_execute(
        "CREATE TRIGGER full BEFORE INSERT ON ledger_entries
         BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END",
    )
    .unwrap();
    let attempt = fixture.attempt(1);
    for _ in 0..3 {
        let error = fixture
            .store
            .admit(Arc::from([attempt.clone()]))
            .await
            .unwrap_err();
        assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
        assert!(format!("{error:?}").contains("disk is full"), "{error:?}");
    }
    assert_eq!(fixture.find(&attempt).await, None);

    disk.batch_execute("DROP TRIGGER full").unwrap();
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
    fixture.assert_ledger_balances().await;
}
