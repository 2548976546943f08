//! Rotate the keyring: wraps every key again with the master key in use.
//!
//! After that the previous master key can be retired. No sealed row changes, and servers keep running.

use std::sync::Arc;

use crate::keyring::{KeyOwner, KeyringEntry, MasterKeys, UnwrapError};
use crate::ports::{Keyring, PortError, Randomness, RewrappedKey};

/// The number of keys wrapped in one transaction: a compromise between few and short transactions.
const BATCH: usize = 100;

/// At most this many attempts at a key that other processes keep changing.
const MAX_ATTEMPTS: usize = 5;

/// Rotates the keyring.
#[derive(Clone)]
pub struct RotateKeyring {
    /// The wrapped keys.
    pub keyring: Arc<dyn Keyring>,
    /// Opens the old wrappings and makes the new ones.
    pub master_keys: Arc<MasterKeys>,
    /// Generates nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// The progress of a rotation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RotationProgress {
    /// The number of keys checked.
    pub checked: usize,
    /// The number of keys wrapped again. The rest already used the current master key.
    pub rewrapped: usize,
}

/// The reason a rotation stopped. Keys that were wrapped again by then stay so.
#[derive(Debug, thiserror::Error)]
pub enum RotateKeyringError {
    /// A key does not open.
    #[error("the key of {} cannot be opened: {cause}", OwnerName(.owner))]
    Unreadable {
        /// The owner of the key.
        owner: KeyOwner,
        /// The cause.
        cause: UnwrapError,
    },
    /// Another process keeps changing the keyring.
    #[error("the keyring was changed at the same time; run the command again")]
    Contended,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

struct OwnerName<'a>(&'a KeyOwner);

impl std::fmt::Display for OwnerName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            KeyOwner::Installation => f.write_str("the installation"),
            KeyOwner::Account(account) => write!(f, "account {account}"),
        }
    }
}

impl RotateKeyring {
    /// Rotates the whole keyring, and reports the progress after each batch. Running it again does nothing.
    ///
    /// The accounts' keys come first and the installation's key last. So a program that starts during a
    /// rotation with only one of the master keys is refused by
    /// [`OpenKeyring`](super::open_keyring::OpenKeyring).
    pub async fn execute(
        &self,
        mut report: impl FnMut(RotationProgress) + Send,
    ) -> Result<RotationProgress, RotateKeyringError> {
        let mut progress = RotationProgress::default();
        let mut after = Some(KeyOwner::Installation);
        loop {
            let keys = self.keyring.list_keys(after, BATCH).await?;
            let Some(last) = keys.last().map(|entry| entry.owner) else {
                break;
            };
            progress.checked += keys.len();
            progress.rewrapped += self.rewrap(keys).await?;
            report(progress);
            after = Some(last);
        }
        let installation = self.find(KeyOwner::Installation).await?;
        progress.checked += installation.len();
        progress.rewrapped += self.rewrap(installation).await?;
        report(progress);
        Ok(progress)
    }

    /// Wraps these keys again, and returns how many were rewrapped. A key that another process changed in
    /// between is read again.
    async fn rewrap(&self, mut keys: Vec<KeyringEntry>) -> Result<usize, RotateKeyringError> {
        let mut rewrapped = 0;
        for _ in 0..MAX_ATTEMPTS {
            let changes = self.changes(&keys)?;
            if changes.is_empty() {
                return Ok(rewrapped);
            }
            rewrapped += self.keyring.rewrap_keys(&changes).await?;
            let mut current = Vec::with_capacity(changes.len());
            for change in changes {
                current.extend(self.find(change.owner).await?);
            }
            keys = current;
        }
        Err(RotateKeyringError::Contended)
    }

    fn changes(&self, keys: &[KeyringEntry]) -> Result<Vec<RewrappedKey>, RotateKeyringError> {
        let mut changes = Vec::new();
        for KeyringEntry { owner, key } in keys {
            let after = self
                .master_keys
                .rewrap(*owner, key, &*self.randomness)
                .map_err(|cause| RotateKeyringError::Unreadable {
                    owner: *owner,
                    cause,
                })?;
            changes.extend(after.map(|after| RewrappedKey {
                owner: *owner,
                before: key.clone(),
                after,
            }));
        }
        Ok(changes)
    }

    async fn find(&self, owner: KeyOwner) -> Result<Vec<KeyringEntry>, PortError> {
        let key = self.keyring.find_key(owner).await?;
        Ok(key
            .map(|key| KeyringEntry { owner, key })
            .into_iter()
            .collect())
    }
}
