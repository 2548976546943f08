//! The keyring: opened before anything is written, so that a wrong master key changes nothing.

use std::sync::Arc;

use otp_core::keyring::MasterKeys;
use otp_core::ports::{Directory, Storage};
use otp_core::sealing::InstallationSealer;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::open_keyring::{OpenKeyring, OpenKeyringError};

use crate::failure::SetupError;
use crate::overrides::Overrides;

/// The keys of an installation.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) master_keys: Arc<MasterKeys>,
    /// Seals what belongs to no account.
    pub(crate) installation: Arc<InstallationSealer>,
}

impl Keys {
    /// Opens the keyring, and creates the installation's key with the first use of a database.
    pub(crate) async fn open(
        storage: Arc<dyn Storage>,
        master_keys: &Arc<MasterKeys>,
        overrides: &Overrides,
    ) -> Result<Self, SetupError> {
        let keyring = open_keyring(storage, master_keys, overrides);
        let installation = keyring.execute().await.map_err(setup_error)?;
        Ok(Self {
            installation: Arc::new(installation),
            master_keys: Arc::clone(master_keys),
        })
    }

    /// Returns what opens the keys of accounts, which `directory` finds.
    pub(crate) fn sealers(&self, directory: Arc<dyn Directory>) -> AccountSealers {
        AccountSealers {
            directory,
            master_keys: Arc::clone(&self.master_keys),
        }
    }
}

/// Fails if the master keys do not open the keyring; writes nothing.
pub(crate) async fn check(
    storage: Arc<dyn Storage>,
    master_keys: &Arc<MasterKeys>,
    overrides: &Overrides,
) -> Result<(), SetupError> {
    let keyring = open_keyring(storage, master_keys, overrides);
    keyring.check_master_key().await.map_err(setup_error)?;
    Ok(())
}

fn open_keyring(
    storage: Arc<dyn Storage>,
    master_keys: &Arc<MasterKeys>,
    overrides: &Overrides,
) -> OpenKeyring {
    OpenKeyring {
        keyring: storage,
        master_keys: Arc::clone(master_keys),
        randomness: overrides.randomness(),
    }
}

fn setup_error(error: OpenKeyringError) -> SetupError {
    match error {
        OpenKeyringError::OtherMasterKey => SetupError::new(
            "security.master_key is not the key that this database was set up with; if it was \
             exchanged, add the previous key to security.previous_master_keys",
        ),
        error @ (OpenKeyringError::Damaged | OpenKeyringError::Port(_)) => {
            SetupError::caused_by(error)
        }
    }
}
