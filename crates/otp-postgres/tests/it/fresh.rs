//! Fresh databases on the shared server, and sessions to inspect them.

use otp_core::ports::Schema;
use otp_postgres::{PgOptions, PgStore};
use otp_testkit::postgres::TestPostgres;
use tokio_postgres::{Client, NoTls};

/// The URL of an empty database.
pub(crate) fn database() -> String {
    TestPostgres::shared().create_database()
}

/// A store over an up-to-date schema.
pub(crate) async fn store(url: &str) -> PgStore {
    let store = connect(url).await;
    store.migrate().await.expect("migrations run");
    store
}

/// A store over the database as it is, which waits for locks however busy the machine is.
pub(crate) async fn connect(url: &str) -> PgStore {
    let mut options = PgOptions::from_url(url).expect("a URL");
    options.row_lock_timeout = options.statement_timeout;
    PgStore::connect(&options).await.expect("the server runs")
}

/// A session that does not belong to the store.
pub(crate) async fn session(url: &str) -> Client {
    let (client, driver) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the server runs");
    tokio::spawn(driver);
    client
}

/// Repeats the question until the answer is `expected`.
pub(crate) async fn until(session: &Client, question: &str, expected: i64) {
    loop {
        let row = session.query_one(question, &[]).await.expect("a question");
        if row.get::<_, i64>(0) == expected {
            return;
        }
    }
}
