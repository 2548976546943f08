//! Open the keyring: the first thing every program does with a database, before it writes anything.

use std::sync::Arc;

use crate::keyring::{KeyOwner, MasterKeyId, MasterKeys};
use crate::ports::{Keyring, PortError, Randomness};
use crate::sealing::InstallationSealer;

/// Opens the keyring with the configured master keys.
#[derive(Clone)]
pub struct OpenKeyring {
    /// The wrapped keys.
    pub keyring: Arc<dyn Keyring>,
    /// Open them.
    pub master_keys: Arc<MasterKeys>,
    /// Makes the installation's key in an empty keyring.
    pub randomness: Arc<dyn Randomness>,
}

/// Why the keyring does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeyringError {
    /// A master key wrapped part of it that is neither the configured one nor a previous one.
    #[error("the master key is not the one that this database was set up with")]
    OtherMasterKey,
    /// What is stored is damaged.
    #[error("the installation's key in the keyring is damaged")]
    Damaged,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl OpenKeyring {
    /// Opens the keyring, and returns the installation's sealer. An empty keyring gets its
    /// installation key; otherwise nothing is written.
    pub async fn execute(&self) -> Result<InstallationSealer, OpenKeyringError> {
        let in_use = self.keyring.list_master_keys().await?;
        let is_unknown = |id: &MasterKeyId| !self.master_keys.knows(*id);
        if in_use.iter().any(is_unknown) {
            return Err(OpenKeyringError::OtherMasterKey);
        }
        let stored = self.keyring.find_key(KeyOwner::Installation).await?;
        let key = match stored {
            Some(key) => key,
            // Accounts are added after the installation's key: without it they are not ours to open.
            None if !in_use.is_empty() => return Err(OpenKeyringError::Damaged),
            None => {
                let new = self
                    .master_keys
                    .generate_key(KeyOwner::Installation, &*self.randomness);
                self.keyring.create_installation_key(&new).await?
            }
        };
        let opened = self.master_keys.installation_sealer(&key);
        opened.map_err(|_| OpenKeyringError::Damaged)
    }
}
