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
        let in_use = self.check_master_key().await?;
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

    /// Fails if the master keys do not open the keyring, and changes nothing. Returns the ids of the master
    /// keys in use; none if the keyring is new.
    pub async fn check_master_key(&self) -> Result<Vec<MasterKeyId>, OpenKeyringError> {
        let in_use = self.keyring.list_master_keys().await?;
        if in_use.iter().all(|id| self.master_keys.knows(*id)) {
            Ok(in_use)
        } else {
            Err(OpenKeyringError::OtherMasterKey)
        }
    }
}
