//! Ed25519 key pairs.

use otp_core::ports::ProofKeyPairs;
use otp_core::proof::{ProofPublicKey, ProofSecret};
use ring::signature::{Ed25519KeyPair, KeyPair};

/// Makes Ed25519 key pairs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ed25519KeyPairs;

impl ProofKeyPairs for Ed25519KeyPairs {
    fn public_key(&self, secret: &ProofSecret) -> ProofPublicKey {
        let pair = Ed25519KeyPair::from_seed_unchecked(secret.expose());
        let pair = pair.expect("every 32 bytes are a seed");
        let public_key = pair.public_key().as_ref();
        ProofPublicKey(public_key.try_into().expect("a public key has 32 bytes"))
    }
}

/// The public half of a key does not belong to its secret half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the halves of the key do not belong together")]
pub(crate) struct MismatchedHalves;

/// Returns the pair of these halves.
pub(crate) fn pair(
    secret: &ProofSecret,
    public_key: &ProofPublicKey,
) -> Result<Ed25519KeyPair, MismatchedHalves> {
    let pair = Ed25519KeyPair::from_seed_and_public_key(secret.expose(), &public_key.0);
    pair.map_err(|_| MismatchedHalves)
}
