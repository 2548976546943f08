//! Opening the file: its permissions, and the errors of a file that cannot be used.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use otp_core::ports::{Schema, SchemaState};
use otp_sqlite::{ConnectError, SqliteOptions, SqliteStore};

use crate::fresh::Place;

/// Returns the error of connecting, which is one line that names the file.
async fn refused(options: &SqliteOptions) -> ConnectError {
    let error = SqliteStore::connect(options).await.unwrap_err();
    let line = error.to_string();
    assert!(line.contains(options.path.to_str().unwrap()), "{line}");
    assert!(!line.contains('\n'), "{line}");
    error
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let _store = place.store().await;
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{}{suffix}", place.path().display());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_missing_folder_is_named_as_the_cause() {
    let place = Place::new();
    let options = SqliteOptions::new(place.path().parent().unwrap().join("missing/otp.db"));
    let error = refused(&options).await;
    assert!(matches!(error, ConnectError::NoFolder { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_file_is_not_created_against_the_options() {
    let place = Place::new();
    let mut options = place.options();
    options.create_if_missing = false;
    let error = refused(&options).await;
    assert!(matches!(error, ConnectError::NoFile { .. }), "{error}");
    assert!(!place.path().exists());

    drop(place.store().await);
    let opened = SqliteStore::connect(&options).await;
    assert_eq!(
        opened.unwrap().state().await.unwrap(),
        SchemaState::UpToDate
    );
}

#[tokio::test]
async fn a_folder_is_refused() {
    let place = Place::new();
    let error = refused(&SqliteOptions::new(place.path().parent().unwrap())).await;
    assert!(error.to_string().ends_with("it is a folder"), "{error}");
}

#[tokio::test]
async fn another_kind_of_file_is_refused_and_unchanged() {
    let place = Place::new();
    let text = "These are notes of somebody. ".repeat(100);
    std::fs::write(place.path(), &text).unwrap();
    let error = refused(&place.options()).await;
    assert!(
        matches!(error, ConnectError::NotADatabase { .. }),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
}

/// Permissions do not stop root, which tests often run as. A write version that SQLite does not know
/// (file format, section 1.3.3) makes the file read-only for everyone.
#[tokio::test]
async fn a_read_only_file_is_noticed_at_once() {
    let place = Place::new();
    drop(place.store().await);
    place
        .stranger()
        .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let mut bytes = std::fs::read(place.path()).unwrap();
    bytes[18] = 3;
    std::fs::write(place.path(), bytes).unwrap();
    let error = refused(&place.options()).await;
    assert!(matches!(error, ConnectError::ReadOnly { .. }), "{error}");
}

#[tokio::test]
async fn a_file_kept_locked_is_waited_for_and_then_named_as_the_cause() {
    let place = Place::new();
    drop(place.store().await);
    let mut stranger = place.stranger();
    stranger.batch_execute("BEGIN IMMEDIATE").unwrap();
    let mut options = place.options();
    options.acquire_timeout = Duration::from_millis(100);
    let error = refused(&options).await;
    assert!(matches!(error, ConnectError::Locked { .. }), "{error}");
    stranger.batch_execute("COMMIT").unwrap();
    SqliteStore::connect(&options).await.unwrap();
}

#[tokio::test]
async fn connecting_writes_no_schema() {
    let place = Place::new();
    let store = SqliteStore::connect(&place.options()).await.unwrap();
    let state = store.state().await.unwrap();
    assert_eq!(state, SchemaState::Empty);
    assert!(
        std::fs::read(place.path())
            .unwrap()
            .windows(8)
            .all(|text| text != b"accounts")
    );
}
