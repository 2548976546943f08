//! The storage contract on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use otp_postgres::{PgOptions, PgStore};
use otp_testkit::postgres::TestPostgres;

otp_testkit::storage_contract!(async {
    let url = TestPostgres::shared().create_database();
    let store = PgStore::connect(&PgOptions::new(url)).await.unwrap();
    store.migrate().await.unwrap();
    (Arc::new(store), ())
});
