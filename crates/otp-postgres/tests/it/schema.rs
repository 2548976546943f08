//! The schema: its migrations, newer schemas, and the triggers that protect its tables.

use std::sync::Arc;
use std::time::Duration;

use diesel::pg::Pg;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use otp_core::ports::{AuditTrail, PortError, Schema, SchemaError, SchemaState, StorageHealth};
use otp_core::send::Outcome;
use otp_postgres::{PgOptions, PgStore};
use otp_testkit::contract::audit_trail::{audit_entries, entry};
use otp_testkit::contract::fixture::Fixture;
use tokio_postgres::Client;

use crate::fresh;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Everything the schema consists of.
const OBJECTS: &str = "SELECT string_agg(line, E'\n' ORDER BY line) FROM ( \
     SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, \
         column_default) \
     FROM information_schema.columns WHERE table_schema = 'public' \
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
     UNION ALL SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint \
     WHERE connamespace = 'public'::regnamespace \
     UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
     UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
     ) AS objects (line) WHERE line NOT LIKE '%__diesel_schema_migrations%'";

async fn objects(session: &Client) -> Option<String> {
    let row = session.query_one(OBJECTS, &[]).await;
    row.expect("the catalogue").get(0)
}

/// A newer program applied a migration that this one does not know.
const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";

/// That migration removed something which this program needs.
const CONTRACTED: &str = "UPDATE schema_support SET oldest_version = '99991231000000'";

fn how_many() -> usize {
    diesel::migration::MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .expect("embedded")
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_start_at_once_migrate_once() {
    let url = fresh::database();
    let starting: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { fresh::connect(&url).await.migrate().await })
        })
        .collect();
    let mut applied = 0;
    for process in starting {
        applied += process.await.expect("no panic").expect("migrated");
    }
    assert_eq!(applied, how_many());
}

/// Also checks that a runtime of one thread is enough.
#[tokio::test]
async fn a_fresh_database_is_empty_and_then_up_to_date() {
    let store = fresh::connect(&fresh::database()).await;
    assert_eq!(store.state().await.expect("state"), SchemaState::Empty);
    let unhealthy = store.check().await;
    assert!(
        matches!(unhealthy, Err(PortError::Backend(_))),
        "{unhealthy:?}"
    );
    assert_eq!(store.migrate().await.expect("migrated"), how_many());
    assert_eq!(store.migrate().await.expect("nothing to do"), 0);
    assert_eq!(store.state().await.expect("state"), SchemaState::UpToDate);
    store.check().await.expect("healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_accepted_while_it_serves_this_program() {
    let url = fresh::database();
    let store = fresh::store(&url).await;
    let session = fresh::session(&url).await;
    session.batch_execute(NEWER).await.expect("a version");
    assert_eq!(store.state().await.expect("state"), SchemaState::Ahead);
    assert_eq!(store.migrate().await.expect("nothing to do"), 0);
    store.check().await.expect("healthy");
    let fixture = Fixture::with_credits(Arc::new(store), 5).await;
    fixture.send(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_no_longer_serves_this_program_is_refused_and_left_alone() {
    let url = fresh::database();
    let store = fresh::store(&url).await;
    let session = fresh::session(&url).await;
    session.batch_execute(NEWER).await.expect("a version");
    session.batch_execute(CONTRACTED).await.expect("a row");
    let before = objects(&session).await;
    assert_eq!(store.state().await.expect("state"), SchemaState::TooNew);
    let error = store.migrate().await.expect_err("too new");
    assert!(matches!(error, SchemaError::TooNew { .. }), "{error:?}");
    assert!(store.check().await.is_err());
    assert_eq!(objects(&session).await, before);
}

/// Another session creates a table that the migration creates too, and does not commit.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_gets_no_lock_fails_in_time_and_succeeds_later() {
    let url = fresh::database();
    let mut options = PgOptions::from_url(&url).expect("a URL");
    options.migration_lock_timeout = Duration::from_millis(50);
    let store = PgStore::connect(&options).await.expect("the server runs");
    let session = fresh::session(&url).await;
    let create = "BEGIN; CREATE TABLE accounts (id integer)";
    session.batch_execute(create).await.expect("created");
    let error = store.migrate().await.expect_err("locked");
    assert!(matches!(error, SchemaError::Locked { .. }), "{error:?}");
    assert!(error.to_string().ends_with("try again"), "{error}");
    session.batch_execute("ROLLBACK").await.expect("taken back");
    assert_eq!(store.migrate().await.expect("migrated"), how_many());
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_down_and_up_again() {
    let url = fresh::database();
    let store = fresh::store(&url).await;
    let session = fresh::session(&url).await;
    let after_up = objects(&session).await;
    assert!(after_up.is_some());

    let connection = AsyncPgConnection::establish(&url)
        .await
        .expect("the server runs");
    let reverted = tokio::task::spawn_blocking(move || {
        let mut connection = AsyncConnectionWrapper::<_>::from(connection);
        connection
            .revert_all_migrations(MIGRATIONS)
            .expect("reverted")
            .len()
    });
    assert_eq!(reverted.await.expect("no panic"), how_many());
    assert_eq!(objects(&session).await, None);

    assert_eq!(store.migrate().await.expect("migrated"), how_many());
    assert_eq!(objects(&session).await, after_up);
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_entries_are_never_changed_or_removed() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let fixture = Fixture::with_credits(store, 5).await;
    fixture.send(1).await;
    let session = fresh::session(&url).await;
    for statement in [
        "UPDATE ledger_entries SET amount = 9",
        "DELETE FROM ledger_entries",
    ] {
        let error = session.batch_execute(statement).await.expect_err(statement);
        let words = error.as_db_error().map(|error| error.message());
        assert_eq!(words, Some("ledger entries are never changed or removed"));
    }
    fixture.assert_ledger_balances().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_entries_are_never_changed_or_removed() {
    let url = fresh::database();
    let store = fresh::store(&url).await;
    let entries = [entry(1, 1)];
    let appended = store.append_audit_entries(&entries).await;
    appended.expect("appended");
    let session = fresh::session(&url).await;
    for statement in [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
    ] {
        let error = session.batch_execute(statement).await.expect_err(statement);
        let words = error.as_db_error().map(|error| error.message());
        assert_eq!(words, Some("audit entries are never changed or removed"));
    }
    assert_eq!(audit_entries(&store).await, entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_messages_are_never_changed() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, Outcome::Unknown).await;
    let change = "UPDATE message_events SET status = 2";
    let session = fresh::session(&url).await;
    let error = session.batch_execute(change).await.expect_err(change);
    let words = error.as_db_error().map(|error| error.message());
    assert_eq!(words, Some("message events are never changed"));
}
