//! Key pairs for tests of proofs.

use otp_core::ports::ProofKeyPairs;
use otp_core::proof::{ProofPublicKey, ProofSecret};

/// Key pairs without cryptography: the public half is the complement of the secret half, so a test can
/// compute it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainKeyPairs;

impl ProofKeyPairs for PlainKeyPairs {
    fn public_key(&self, secret: &ProofSecret) -> ProofPublicKey {
        ProofPublicKey(secret.expose().map(|byte| !byte))
    }
}
