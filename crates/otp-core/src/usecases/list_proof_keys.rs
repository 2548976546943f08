//! List the keys that sign proofs.

use std::sync::Arc;

use crate::ports::{Clock, PortError, ProofKeys};
use crate::proof::{ProofKey, ProofKeyState};

/// Lists the keys that sign proofs.
#[derive(Clone)]
pub struct ListProofKeys {
    /// Stores them.
    pub keys: Arc<dyn ProofKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ListProofKeys {
    /// Returns all keys with their states, oldest first.
    pub async fn execute(&self) -> Result<Vec<(ProofKey, ProofKeyState)>, PortError> {
        let now = self.clock.now();
        let keys = self.keys.list_proof_keys().await?;
        let states = keys.iter().map(|key| key.state_among(&keys, now));
        Ok(keys.iter().cloned().zip(states).collect())
    }
}
