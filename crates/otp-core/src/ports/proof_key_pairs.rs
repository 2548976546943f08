//! Key pairs that sign proofs.

use crate::proof::{ProofPublicKey, ProofSecret};

/// Makes key pairs of the scheme that a [`ProofSigner`](super::ProofSigner) signs with.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ProofKeyPairs: Send + Sync {
    /// Returns the public half that belongs to this secret half. It MUST always be the same.
    fn public_key(&self, secret: &ProofSecret) -> ProofPublicKey;
}
