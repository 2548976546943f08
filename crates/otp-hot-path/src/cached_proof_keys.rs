//! The keys that sign proofs, with a cache.
//!
//! Every proof and every request for the published keys asks for all keys. They are read from the store at
//! most twice a second, so a rotation takes effect within half a second, in every process.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ports::{PortError, ProofKeys};
use otp_core::proof::{ProofKey, ProofKeyRotation};

use crate::answers::Answers;

/// Caches the list of keys. Simultaneous look-ups become one.
pub struct CachedProofKeys {
    inner: Arc<dyn ProofKeys>,
    keys: Answers<(), Arc<[ProofKey]>>,
}

impl CachedProofKeys {
    /// Caches the keys of `inner`.
    pub fn new(inner: Arc<dyn ProofKeys>) -> Self {
        Self {
            inner,
            keys: Answers::new(),
        }
    }
}

#[async_trait]
impl ProofKeys for CachedProofKeys {
    async fn list_proof_keys(&self) -> Result<Arc<[ProofKey]>, PortError> {
        self.keys.get(&(), || self.inner.list_proof_keys()).await
    }

    /// Passes the rotation on. If it was planned from a cached list that is out of date, the store refuses
    /// it.
    async fn rotate_proof_keys(&self, rotation: &ProofKeyRotation) -> Result<bool, PortError> {
        self.inner.rotate_proof_keys(rotation).await
    }
}
