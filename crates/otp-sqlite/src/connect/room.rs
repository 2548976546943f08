//! A check that the file system of the database has room. A write to the database itself might find room in
//! pages that are there already.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const MEBIBYTE: usize = 1 << 20;

/// Writes a mebibyte beside `database` and removes it again.
pub(super) fn require(database: &Path) -> io::Result<()> {
    let path = beside(database);
    // One that a process left behind which ended meanwhile, and had the same number.
    let _ = fs::remove_file(&path);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)?;
    let written = file
        .write_all(&vec![b'x'; MEBIBYTE])
        .and_then(|()| file.sync_all());
    drop(file);
    fs::remove_file(&path)?;
    written
}

/// A name that no other check uses: `otp.db-room-4711-1`.
fn beside(database: &Path) -> PathBuf {
    static CHECKS: AtomicU64 = AtomicU64::new(0);
    let check = CHECKS.fetch_add(1, Ordering::Relaxed);
    let mut path = database.as_os_str().to_owned();
    path.push(format!("-room-{}-{check}", std::process::id()));
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        require(&folder.path().join("otp.db")).expect("there is room");
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 0);
        let gone = folder.path().join("gone").join("otp.db");
        let error = require(&gone).expect_err("no such folder");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
