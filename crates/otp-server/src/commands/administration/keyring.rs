//! The keyring.

use std::sync::Arc;

use otp_core::usecases::check_keyring::CheckKeyring;
use otp_core::usecases::rotate_keyring::RotateKeyring;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn rotate_keyring(&self) -> anyhow::Result<RotateKeyring> {
        Ok(RotateKeyring {
            keyring: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn check_keyring(&self) -> anyhow::Result<CheckKeyring> {
        Ok(CheckKeyring {
            keyring: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
        })
    }
}
