//! Open the keyring: checks the master key against the database, before a program writes anything.

use std::sync::Arc;

use crate::keyring::{KeyOwner, MasterKeyId, MasterKeys};
use crate::ports::{Keyring, PortError, Randomness};
use crate::sealing::InstallationSealer;

/// Opens the keyring with the configured master keys.
#[derive(Clone)]
pub struct OpenKeyring {
    /// The wrapped keys.
    pub keyring: Arc<dyn Keyring>,
    /// Opens them.
    pub master_keys: Arc<MasterKeys>,
    /// Generates the installation's key for an empty keyring.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason the keyring does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeyringError {
    /// Part of it is wrapped by a master key that is neither the configured one nor a previous one.
    #[error("the master key is not the one that this database was set up with")]
    OtherMasterKey,
    /// The installation's key is damaged, or missing although accounts have keys.
    #[error("the installation's key in the keyring is damaged")]
    Damaged,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl OpenKeyring {
    /// Opens the keyring and returns the installation's sealer.
    ///
    /// If the keyring is empty, the installation's key is created; otherwise nothing is written.
    pub async fn execute(&self) -> Result<InstallationSealer, OpenKeyringError> {
        let in_use = self.check_master_key().await?;
        let stored = self.keyring.find_key(KeyOwner::Installation).await?;
        let key = match stored {
            Some(key) => key,
            // Accounts are added after the installation's key. Without it the keyring is incomplete.
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
