//! The signer of proofs.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::proof::{Proof, ProofClaims};

/// Signs proofs.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ProofSigner: Send + Sync {
    /// Signs the claims with the key that signs at present. It MUST NOT sign with a key that was revoked
    /// more than a second ago, even by another process.
    async fn sign(&self, claims: &ProofClaims) -> Result<Proof, PortError>;
}
