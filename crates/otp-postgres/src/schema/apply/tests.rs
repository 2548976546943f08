//! A migration of the tests' own, which creates an index the documented way (`migrations/README.md`).

use diesel_async::AsyncConnection;
use diesel_migrations::embed_migrations;
use otp_testkit::postgres::TestPostgres;
use tokio_postgres::{Client, NoTls};

use super::*;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("tests/migrations");

/// So short that a migration which is seen waiting has waited for longer.
const LOCK_TIMEOUT: Duration = Duration::from_millis(1);

async fn session(url: &str) -> Client {
    let (client, driver) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the server runs");
    tokio::spawn(driver);
    client
}

async fn count(session: &Client, query: &str) -> i64 {
    let row = session.query_one(query, &[]).await;
    row.expect("a count").get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_created_concurrently_while_its_table_is_written_to() {
    let url = TestPostgres::shared().create_database();
    let (open, other) = (session(&url).await, session(&url).await);
    for statement in [
        "CREATE TABLE samples (number integer NOT NULL)",
        "BEGIN; INSERT INTO samples VALUES (1)",
    ] {
        open.batch_execute(statement).await.expect(statement);
    }

    let connection = AsyncPgConnection::establish(&url).await;
    let connection = connection.expect("the server runs");
    let applying = tokio::spawn(apply(connection, MIGRATIONS, LOCK_TIMEOUT));
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'";
    while count(&other, waiting).await == 0 {
        assert!(!applying.is_finished(), "{:?}", applying.await);
    }
    let write = "INSERT INTO samples VALUES (2)";
    other.batch_execute(write).await.expect("no wait");
    open.batch_execute("COMMIT").await.expect("committed");

    assert_eq!(applying.await.expect("no panic").expect("applied"), 1);
    let valid = "SELECT count(*) FROM pg_index \
                 WHERE indexrelid = 'samples_by_number'::regclass AND indisvalid";
    assert_eq!(count(&other, valid).await, 1);
}
