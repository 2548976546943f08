//! The keys that sign proofs, in memory.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ports::{PortError, ProofKeys};
use otp_core::proof::{ProofKey, ProofKeyRotation};

use super::MemoryStore;

#[async_trait]
impl ProofKeys for MemoryStore {
    async fn list_proof_keys(&self) -> Result<Arc<[ProofKey]>, PortError> {
        Ok(self.state().proof_keys.clone().into())
    }

    async fn rotate_proof_keys(&self, rotation: &ProofKeyRotation) -> Result<bool, PortError> {
        let mut state = self.state();
        let is_taken = |key: &ProofKey| key.number == rotation.added.number;
        if state.proof_keys.iter().any(is_taken) {
            return Ok(false);
        }
        state.proof_keys = rotation.apply(&state.proof_keys);
        Ok(true)
    }
}
