//! The temporary folder of a cluster, and the removal of folders whose owners have died.
//!
//! Beside each folder `otp-pg-x` lies `otp-pg-x.lock`, which its owner holds locked for as long
//! as it lives. The operating system frees the lock however the owner dies, so that a folder
//! whose lock can be had belongs to nobody. (A process id in a file would be reused in time.)

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::PostgresError;

const PREFIX: &str = "otp-pg-";

/// A folder that belongs to this process.
#[derive(Debug)]
pub(super) struct ClusterFolder {
    path: PathBuf,
    /// Held, never read: closing it frees the lock.
    _lock: File,
}

impl ClusterFolder {
    /// Creates a folder in `parent`, after removing there what dead processes left behind.
    pub(super) fn create(parent: &Path) -> Result<Self, PostgresError> {
        remove_stale(parent);
        let refused = || PostgresError::io(format!("create a folder in {}", parent.display()));
        let (lock, lock_path) = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(".lock")
            .tempfile_in(parent)
            .and_then(|file| file.keep().map_err(|error| error.error))
            .map_err(refused())?;
        // Locked before the folder exists, so that nobody can see it without its owner.
        lock.lock().map_err(refused())?;
        let path = lock_path.with_extension("");
        fs::create_dir(&path).map_err(refused())?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn lock_path(&self) -> PathBuf {
        lock_path(&self.path)
    }
}

impl Drop for ClusterFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn lock_path(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// Removes a folder. If that fails, the next start tries again; a test need not fail for it.
fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
        let _ = fs::remove_file(lock_path(folder));
    }
}

fn remove_stale(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && path.is_dir() && is_abandoned(&path) {
            remove(&path);
        }
    }
}

fn is_abandoned(folder: &Path) -> bool {
    match File::open(lock_path(folder)) {
        Ok(lock) => lock.try_lock().is_ok(),
        // The lock goes last, so that its absence means an unfinished removal. Any other
        // refusal means another user's folder.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_owners_folder_stays_and_a_dead_ones_goes() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let living = ClusterFolder::create(parent.path()).expect("a folder");
        let dead = parent.path().join("otp-pg-dead");
        fs::create_dir_all(dead.join("data")).expect("a folder");
        fs::write(lock_path(&dead), "").expect("its lock");
        let unfinished = parent.path().join("otp-pg-unfinished");
        fs::create_dir(&unfinished).expect("a folder");
        let foreign = parent.path().join("something-else");
        fs::create_dir(&foreign).expect("a folder");

        remove_stale(parent.path());

        assert!(living.path().exists(), "the living owner lost its folder");
        assert!(
            !dead.exists() && !lock_path(&dead).exists(),
            "the dead one's was kept"
        );
        assert!(!unfinished.exists(), "the half-removed one was kept");
        assert!(foreign.exists(), "a folder that is not ours was removed");
    }

    #[test]
    fn dropping_removes_folder_and_lock() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        drop(ClusterFolder::create(parent.path()).expect("a folder"));
        let left = fs::read_dir(parent.path()).expect("its entries").count();
        assert_eq!(left, 0);
    }
}
