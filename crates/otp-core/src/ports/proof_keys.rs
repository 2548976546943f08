//! The keys that sign proofs.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::PortError;
use crate::proof::{ProofKey, ProofKeyRotation};

/// Stores the keys that sign proofs, their secret halves sealed.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ProofKeys: Send + Sync {
    /// Returns all keys, oldest first. There are a few at most.
    async fn list_proof_keys(&self) -> Result<Arc<[ProofKey]>, PortError>;

    /// Makes the changes of a rotation, all or none. If a key has the number of the added one already, the
    /// rotation was planned from older keys: it MUST change nothing and return `false`.
    ///
    /// Of several processes that rotate at the same time, one MUST succeed.
    async fn rotate_proof_keys(&self, rotation: &ProofKeyRotation) -> Result<bool, PortError>;
}
