//! The file: created for its owner alone, and checked once before use.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use diesel::connection::SimpleConnection;

use crate::connect::{Access, ConnectError, open};

/// Creates the file if it does not exist and may be created, and makes sure that it is a writable database.
pub(super) fn prepare(
    path: &str,
    create_if_missing: bool,
    wait: Duration,
) -> Result<(), ConnectError> {
    if create_if_missing {
        create(path)?;
    } else if !Path::new(path).exists() {
        return Err(ConnectError::NoFile {
            file: path.to_owned(),
        });
    }
    open(path, Access::Write, wait)
        .and_then(|mut connection| {
            // SQLite opens a file that it may not write as read-only, and fails at the first write
            // only. This write is rolled back and never reaches the disk.
            connection
                .batch_execute("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK")
                .map_err(|error| error.to_string())
        })
        .map_err(|words| ConnectError::from_sqlite(path, words))
}

/// Allows one creation at a time. Closing a file drops the locks that other connections of this process
/// hold on it (fcntl, POSIX), so the file must not be opened as a database before its creator closed it.
static CREATING: Mutex<()> = Mutex::new(());

fn create(path: &str) -> Result<(), ConnectError> {
    let path_and_name = Path::new(path);
    let _one_at_a_time = CREATING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    // An existing file is not opened here, for the same reason.
    if path_and_name.is_dir() {
        return Err(ConnectError::other(path, "it is a folder"));
    }
    if path_and_name.exists() {
        return Ok(());
    }
    if !path_and_name.parent().is_some_and(Path::is_dir) {
        return Err(ConnectError::NoFolder {
            file: path.to_owned(),
        });
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // An empty file is an empty database. SQLite gives its log the permissions of the database.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path_and_name) {
        Ok(_) => Ok(()),
        // Another process created it first.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(ConnectError::other(path, error)),
    }
}
