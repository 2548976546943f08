//! The keys that sign proofs.

use std::sync::Arc;

use otp_core::usecases::list_proof_keys::ListProofKeys;
use otp_core::usecases::rotate_proof_key::RotateProofKey;
use otp_proof::Ed25519KeyPairs;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn rotate_proof_key(&self) -> anyhow::Result<RotateProofKey> {
        Ok(RotateProofKey {
            keys: self.storage.clone(),
            pairs: Arc::new(Ed25519KeyPairs),
            installation: Arc::clone(&self.keys()?.installation),
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn list_proof_keys(&self) -> ListProofKeys {
        ListProofKeys {
            keys: self.storage.clone(),
            clock: self.clock(),
        }
    }
}
