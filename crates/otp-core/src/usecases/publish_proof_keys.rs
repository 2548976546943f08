//! Publish the keys that proofs are checked with.

use std::sync::Arc;

use crate::ports::{Clock, PortError, ProofKeys};
use crate::proof::PublishedProofKey;

/// Publishes the keys that proofs are checked with.
#[derive(Clone)]
pub struct PublishProofKeys {
    /// Stores them.
    pub keys: Arc<dyn ProofKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl PublishProofKeys {
    /// Returns the keys that are published at present, oldest first.
    pub async fn execute(&self) -> Result<Vec<PublishedProofKey>, PortError> {
        let now = self.clock.now();
        let keys = self.keys.list_proof_keys().await?;
        let published = keys.iter().filter(|key| key.is_published(now));
        Ok(published.map(|key| key.published()).collect())
    }
}
