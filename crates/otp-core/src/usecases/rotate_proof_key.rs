//! Rotate the key that signs proofs, or make the first one.

use std::sync::Arc;

use crate::ids::ProofKeyId;
use crate::ports::{Clock, PortError, ProofKeyPairs, ProofKeys, Randomness};
use crate::proof::{
    ProofKey, ProofKeyRotation, ProofSecret, RotationKind, RotationUnderWay, signing_key,
};
use crate::sealing::InstallationSealer;

/// At most this many attempts while other processes rotate.
const MAX_ATTEMPTS: usize = 5;

/// Rotates the key that signs proofs.
#[derive(Clone)]
pub struct RotateProofKey {
    /// Stores the keys.
    pub keys: Arc<dyn ProofKeys>,
    /// Makes key pairs.
    pub pairs: Arc<dyn ProofKeyPairs>,
    /// Seals the secret halves.
    pub installation: Arc<InstallationSealer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids, secrets and nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason the key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateProofKeyError {
    /// An earlier rotation is not finished.
    #[error(transparent)]
    UnderWay(#[from] RotationUnderWay),
    /// Other processes keep rotating.
    #[error("the keys were changed at the same time; run the command again")]
    Contended,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RotateProofKey {
    /// Adds the next key and returns it. Signers and the published keys change within a second, in every
    /// process.
    pub async fn execute(&self, kind: RotationKind) -> Result<ProofKey, RotateProofKeyError> {
        self.rotate_unless(|_| None, kind).await
    }

    /// Makes a key if there is none that signs, and returns the one that does. Of several processes that
    /// do so at the same time, all get the same key.
    pub async fn execute_if_absent(&self) -> Result<ProofKey, RotateProofKeyError> {
        let signs = |keys: &[ProofKey]| signing_key(keys, self.clock.now()).cloned();
        self.rotate_unless(signs, RotationKind::Announced).await
    }

    /// Returns the key that is there `already`, or adds one.
    async fn rotate_unless(
        &self,
        already: impl Fn(&[ProofKey]) -> Option<ProofKey>,
        kind: RotationKind,
    ) -> Result<ProofKey, RotateProofKeyError> {
        for _ in 0..MAX_ATTEMPTS {
            let keys = self.keys.list_proof_keys().await?;
            if let Some(key) = already(&keys) {
                return Ok(key);
            }
            if let Some(added) = self.rotate(&keys, kind).await? {
                return Ok(added);
            }
        }
        Err(RotateProofKeyError::Contended)
    }

    /// Returns `None` if another process has rotated since `keys` were read.
    async fn rotate(
        &self,
        keys: &[ProofKey],
        kind: RotationKind,
    ) -> Result<Option<ProofKey>, RotateProofKeyError> {
        let (now, randomness) = (self.clock.now(), &*self.randomness);
        let id = ProofKeyId::generate(now, randomness);
        let secret = ProofSecret::generate(randomness);
        let public_key = self.pairs.public_key(&secret);
        let sealed = secret.seal(id, &self.installation, randomness);
        let rotation = ProofKeyRotation::plan(keys, kind, now, (id, public_key, sealed))?;
        let is_done = self.keys.rotate_proof_keys(&rotation).await?;
        Ok(is_done.then_some(rotation.added))
    }
}
