//! A file that is deleted, moved or replaced while it is in use: the store acknowledges no more writes,
//! because they would be lost at the next start.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use otp_core::ports::{Accounts, PortError, SendLedger, StorageHealth};
use otp_sqlite::SqliteStore;
use otp_testkit::contract::fixture::Fixture;

use crate::fresh::Place;

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

async fn in_use(place: &Place) -> (std::sync::Arc<SqliteStore>, Fixture) {
    let store = place.store().await;
    let fixture = Fixture::with_credits(store.clone(), 1_000).await;
    (store, fixture)
}

async fn admit(store: &SqliteStore, fixture: &Fixture, number: u32) -> Result<(), PortError> {
    let attempt = fixture.attempt(number);
    store.admit([attempt].into()).await.map(drop)
}

#[track_caller]
fn is_unavailable<T>(result: &Result<T, PortError>) {
    assert!(matches!(result, Err(PortError::Unavailable(_))));
}

#[tokio::test]
async fn nothing_is_acknowledged_once_the_file_is_deleted() {
    let place = Place::new();
    let (store, fixture) = in_use(&place).await;
    std::fs::remove_file(place.path()).unwrap();
    is_unavailable(&admit(&store, &fixture, 1).await);
    is_unavailable(&Accounts::list(&*store).await);
    is_unavailable(&store.check().await);
    assert!(!place.path().exists(), "the file was created again");
}

#[tokio::test]
async fn nothing_is_acknowledged_once_another_file_has_its_place() {
    let place = Place::new();
    let (store, fixture) = in_use(&place).await;
    let copy = with_suffix(&place.path(), ".copy");
    std::fs::copy(place.path(), &copy).unwrap();
    std::fs::rename(&copy, place.path()).unwrap();
    is_unavailable(&admit(&store, &fixture, 1).await);
    is_unavailable(&store.check().await);
}

#[tokio::test]
async fn nothing_is_acknowledged_without_its_log() {
    let place = Place::new();
    let (store, fixture) = in_use(&place).await;
    std::fs::remove_file(with_suffix(&place.path(), "-wal")).unwrap();
    is_unavailable(&admit(&store, &fixture, 1).await);
}

#[tokio::test]
async fn a_file_that_is_moved_back_is_used_again() {
    let place = Place::new();
    let (store, fixture) = in_use(&place).await;
    let away = with_suffix(&place.path(), ".away");
    std::fs::rename(place.path(), &away).unwrap();
    is_unavailable(&admit(&store, &fixture, 1).await);
    std::fs::rename(&away, place.path()).unwrap();
    admit(&store, &fixture, 1).await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_file_may_be_opened_through_a_link() {
    let place = Place::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("real.db");
    std::fs::write(&file, b"").unwrap();
    std::os::unix::fs::symlink(&file, place.path()).unwrap();
    let (store, fixture) = in_use(&place).await;
    admit(&store, &fixture, 1).await.unwrap();
}
