//! The file itself: created for its owner alone, and looked at once before anything relies on it.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use diesel::connection::SimpleConnection;

use crate::connect::{Access, ConnectError, open};

/// Creates the file if there is none, and makes sure that it is a database that can be written.
pub(super) fn prepare(path: &str, wait: Duration) -> Result<(), ConnectError> {
    create(path)?;
    open(path, Access::Write, wait)
        .and_then(|mut connection| {
            // SQLite opens what it may not write as read-only, and says so at the first write only.
            // This one is taken back, so it never reaches the disk.
            connection
                .batch_execute("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK")
                .map_err(|error| error.to_string())
        })
        .map_err(|words| ConnectError::from_sqlite(path, words))
}

/// One at a time: closing a file drops the locks that any other connection of this process holds on
/// it (fcntl, POSIX), so nobody may open it as a database before its creator has closed it.
static CREATING: Mutex<()> = Mutex::new(());

fn create(path: &str) -> Result<(), ConnectError> {
    let path_and_name = Path::new(path);
    let _one_at_a_time = CREATING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    // Never open what exists, for the same reason.
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
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(ConnectError::other(path, error)),
    }
}
