//! The schema: its migrations, newer schemas, and the triggers that protect its tables.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use otp_core::ports::{AuditTrail, Schema, SchemaError, SchemaState, StorageHealth};
use otp_core::send::Outcome;
use otp_sqlite::SqliteStore;
use otp_testkit::contract::audit_trail::{audit_entries, entry};
use otp_testkit::contract::fixture::Fixture;

use crate::fresh::Place;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// A newer program applied a migration that this one does not know.
const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";

/// That migration removed something which this program needs.
const CONTRACTED: &str = "UPDATE schema_support SET oldest_version = '99991231000000'";

#[tokio::test]
async fn a_fresh_file_is_empty_and_then_up_to_date() {
    let place = Place::new();
    let store = SqliteStore::connect(&place.options()).await.unwrap();
    assert_eq!(store.state().await.unwrap(), SchemaState::Empty);
    assert!(
        store.check().await.is_err(),
        "without a schema it is not healthy"
    );
    assert!(store.migrate().await.unwrap() > 0);
    assert_eq!(store.state().await.unwrap(), SchemaState::UpToDate);
    assert_eq!(store.migrate().await.unwrap(), 0);
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_accepted_while_it_serves_this_program() {
    let place = Place::new();
    let store = place.store().await;
    place.stranger().batch_execute(NEWER).unwrap();
    assert_eq!(store.state().await.unwrap(), SchemaState::Ahead);
    assert_eq!(store.migrate().await.unwrap(), 0);
    store.check().await.unwrap();
    let fixture = Fixture::with_credits(store, 5).await;
    fixture.send(1).await;
}

#[tokio::test]
async fn a_schema_that_no_longer_serves_this_program_is_refused_and_left_alone() {
    let place = Place::new();
    let store = place.store().await;
    place.stranger().batch_execute(NEWER).unwrap();
    place.stranger().batch_execute(CONTRACTED).unwrap();
    let before = objects(&mut place.stranger());
    assert_eq!(store.state().await.unwrap(), SchemaState::TooNew);
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, SchemaError::TooNew { .. }), "{error}");
    assert!(
        error.to_string().contains(place.path().to_str().unwrap()),
        "{error}"
    );
    assert!(store.check().await.is_err());
    assert_eq!(objects(&mut place.stranger()), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_start_at_once_migrate_once() {
    for _ in 0..5 {
        let place = Place::new();
        let starts = (0..8).map(|_| {
            let options = place.options();
            tokio::spawn(async move {
                let store = SqliteStore::connect(&options).await.unwrap();
                store.migrate().await.unwrap()
            })
        });
        let mut applied = Vec::new();
        for start in starts.collect::<Vec<_>>() {
            applied.push(start.await.unwrap());
        }
        assert_eq!(
            applied.iter().filter(|applied| **applied > 0).count(),
            1,
            "{applied:?}"
        );
    }
}

#[test]
fn migrations_go_up_down_and_up_again() {
    let place = Place::new();
    let mut connection = place.stranger();
    connection.run_pending_migrations(MIGRATIONS).unwrap();
    let first = objects(&mut connection);
    assert!(first.len() > 10, "{first:?}");
    connection.revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(objects(&mut connection), Vec::<String>::new());
    connection.run_pending_migrations(MIGRATIONS).unwrap();
    assert_eq!(objects(&mut connection), first);
}

/// The tables, indexes and triggers that the migrations created.
fn objects(connection: &mut SqliteConnection) -> Vec<String> {
    let query = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
                 AND name <> '__diesel_schema_migrations' ORDER BY name";
    diesel::dsl::sql::<Text>(query).load(connection).unwrap()
}

#[tokio::test]
async fn ledger_entries_are_never_changed_or_removed() {
    let place = Place::new();
    let fixture = Fixture::with_credits(place.store().await, 5).await;
    fixture.send(1).await;
    for statement in [
        "UPDATE ledger_entries SET amount = 9",
        "DELETE FROM ledger_entries",
    ] {
        let error = place.stranger().batch_execute(statement).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ledger entries are never changed or removed"
        );
    }
    fixture.assert_ledger_balances().await;
}

#[tokio::test]
async fn audit_entries_are_never_changed_or_removed() {
    let place = Place::new();
    let store = place.store().await;
    let entries = [entry(1, 1)];
    let appended = store.append_audit_entries(&entries).await;
    appended.expect("appended");
    for statement in [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
    ] {
        let error = place.stranger().batch_execute(statement).unwrap_err();
        let words = "audit entries are never changed or removed";
        assert_eq!(error.to_string(), words);
    }
    assert_eq!(audit_entries(&*store).await, entries);
}

#[tokio::test]
async fn events_of_messages_are_never_changed() {
    let place = Place::new();
    let fixture = Fixture::with_credits(place.store().await, 5).await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, Outcome::Unknown).await;
    let change = "UPDATE message_events SET status = 2";
    let error = place.stranger().batch_execute(change).unwrap_err();
    assert_eq!(error.to_string(), "message events are never changed");
}
