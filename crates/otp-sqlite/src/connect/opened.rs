//! A check that the path still names the opened file. A file that was deleted, moved or replaced can
//! still be written, and everything written to it is lost with the last connection.

use std::path::{Path, PathBuf};

use otp_core::ports::PortError;

use crate::errors;

/// The file, as it was when it was opened.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    /// The write-ahead log, which exists as long as a connection does. It is beside the file itself, not
    /// beside a link to it.
    log: PathBuf,
    identity: Option<Identity>,
}

impl OpenedFile {
    /// Remembers the file at `path`, which is open.
    pub(super) fn remember(path: &str) -> std::io::Result<Self> {
        let mut log = Path::new(path).canonicalize()?.into_os_string();
        log.push("-wal");
        Ok(Self {
            path: path.into(),
            log: log.into(),
            identity: identity(Path::new(path)),
        })
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails unless the path names the opened file. If the file is moved back, the check passes again.
    pub(super) fn require_in_place(&self) -> Result<(), PortError> {
        if self.identity.is_some() && identity(&self.path) == self.identity {
            return Ok(());
        }
        Err(errors::unavailable(
            "the database file was deleted, moved or replaced while in use; move it back, or restart",
        ))
    }

    /// Fails unless the log of an open connection is where the next connection will look for it.
    pub(super) fn require_log_in_place(&self) -> Result<(), PortError> {
        if self.log.exists() {
            return Ok(());
        }
        Err(errors::unavailable(
            "the database's write-ahead log was deleted or moved while in use; move it back, or restart",
        ))
    }
}

#[cfg(unix)]
type Identity = (u64, u64);

/// Device and inode number, which a file keeps when it is renamed.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
type Identity = ();

/// Other systems do not let an open file be deleted or replaced.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    Some(())
}
