//! One of two servers is frozen (SIGSTOP) in the middle of an admission, while it holds an account's
//! lock. The other accounts do not notice, and the account waits until PostgreSQL cuts the server off.

use std::time::{Duration, Instant};

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, pause_between_polls};
use tokio_postgres::Client;

/// Waits until the database answers yes.
async fn until(database: &Client, question: &str) {
    let holds = async {
        loop {
            let row = database.query_one(question, &[]).await.expect("a question");
            if row.get(0) {
                return;
            }
            pause_between_polls().await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(20), holds);
    reached.await.expect(question);
}

async fn session(database: &Database) -> Client {
    let (client, driver) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls)
        .await
        .expect("connected");
    tokio::spawn(driver);
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_delays_its_account_until_it_is_cut_off_and_no_other() {
    let mut world = World::with_credits(Database::postgres(), 100).await;
    let (account, key) = (world.account.clone(), world.api_key.clone());
    world.add_account_with("106540352242999").await;
    let (other, other_key) = (world.account.clone(), world.api_key.clone());
    assert_ne!(account, other);
    let (frozen, server) = (world.serve(), world.serve());
    // The first sends fill the caches of the server that goes on.
    for (key, number) in [(&key, 1), (&other_key, 2)] {
        let sent = world.send_as(key, &server, &recipient(number)).await;
        assert_eq!(sent.message_status(), "Sent", "{sent:?}");
    }

    // The server holds the account's lock and waits for a table: frozen there, it goes on holding it.
    let (blocker, observer) = (
        session(&world.database).await,
        session(&world.database).await,
    );
    let lock = "BEGIN; LOCK TABLE ledger_entries IN SHARE MODE";
    blocker.batch_execute(lock).await.expect("locked");
    let number = recipient(3);
    let interrupted = world.send_as(&key, &frozen, &number);
    let holds = "SELECT count(*) = 1 FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let freeze = async {
        until(&observer, holds).await;
        frozen.freeze();
        blocker.batch_execute("COMMIT").await.expect("commit");
        let idle = "SELECT count(*) = 1 FROM pg_stat_activity \
             WHERE datname = current_database() AND state = 'idle in transaction'";
        until(&observer, idle).await;
    };
    let others = async {
        freeze.await;
        let started = Instant::now();
        let held_number = recipient(4);
        let held = async {
            let sent = world.send_as(&key, &server, &held_number).await;
            (sent, started.elapsed())
        };
        let free = async {
            let mut first = Duration::ZERO;
            for number in 10..20 {
                let sent = world.send_as(&other_key, &server, &recipient(number)).await;
                assert_eq!(sent.message_status(), "Sent", "{sent:?}");
                if number == 10 {
                    first = started.elapsed();
                }
            }
            first
        };
        let ((sent, waited), first) = tokio::join!(held, free);
        assert_eq!(sent.message_status(), "Sent", "{sent:?}");
        // PostgreSQL cuts the server off after 1.5 s; a slow machine may take longer to notice.
        assert!(waited < Duration::from_secs(8), "{waited:?}");
        assert!(first < waited, "{first:?} {waited:?}");
        frozen.thaw();
    };
    let (woken, ()) = tokio::join!(interrupted, others);

    // Nothing of the interrupted send is left, and the server works again.
    assert_eq!(woken.status, 503, "{woken:?}");
    assert_eq!(world.sandbox.calls_to(&number).await.len(), 0);
    let again = world.send_as(&key, &frozen, &number).await;
    assert_eq!(again.message_status(), "Sent", "{again:?}");
    assert_eq!(world.sandbox.calls_to(&number).await.len(), 1);
    world.assert_ledger_balances(11).await;
    world.account = account;
    world.assert_ledger_balances(3).await;
}
