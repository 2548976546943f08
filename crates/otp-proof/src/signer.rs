//! The signer: finds the key that signs at present, opens it and signs.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use otp_core::ids::ProofKeyId;
use otp_core::ports::{Clock, PortError, ProofKeys, ProofSigner};
use otp_core::proof::{Proof, ProofClaims, ProofKey, ProofSecret, signing_key};
use otp_core::sealing::InstallationSealer;
use ring::signature::Ed25519KeyPair;

use crate::jwt;
use crate::key_pairs::pair;

/// Signs proofs as JSON Web Tokens.
///
/// It asks for the keys with each proof, so they should be cached for a moment. The last key that signed
/// stays open.
pub struct JwtSigner {
    keys: Arc<dyn ProofKeys>,
    installation: Arc<InstallationSealer>,
    clock: Arc<dyn Clock>,
    issuer: String,
    opened: Mutex<Option<(ProofKeyId, Arc<Ed25519KeyPair>)>>,
}

/// No key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no key that signs proofs; restart the server, or run `proof-key rotate`")]
struct NoKey;

impl JwtSigner {
    /// A signer whose proofs name this issuer: the URL at which clients reach the API, without a slash at
    /// its end.
    pub fn new(
        keys: Arc<dyn ProofKeys>,
        installation: Arc<InstallationSealer>,
        clock: Arc<dyn Clock>,
        issuer: String,
    ) -> Self {
        Self {
            keys,
            installation,
            clock,
            issuer,
            opened: Mutex::new(None),
        }
    }

    fn open(&self, key: &ProofKey) -> Result<Arc<Ed25519KeyPair>, PortError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, pair)) = &*opened
            && *id == key.id
        {
            return Ok(Arc::clone(pair));
        }
        let secret = ProofSecret::open(key.id, &key.secret, &self.installation);
        let secret = secret.map_err(|error| PortError::Backend(error.into()))?;
        let pair = pair(&secret, &key.public_key);
        let pair = Arc::new(pair.map_err(|error| PortError::Backend(error.into()))?);
        *opened = Some((key.id, Arc::clone(&pair)));
        Ok(pair)
    }
}

#[async_trait]
impl ProofSigner for JwtSigner {
    async fn sign(&self, claims: &ProofClaims) -> Result<Proof, PortError> {
        let keys = self.keys.list_proof_keys().await?;
        let key = signing_key(&keys, self.clock.now());
        let key = key.ok_or_else(|| PortError::Backend(NoKey.into()))?;
        let pair = self.open(key)?;
        let proof = jwt::sign(claims, &self.issuer, (key.id, &pair));
        proof.map_err(|error| PortError::Backend(error.into()))
    }
}

impl std::fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JwtSigner({})", self.issuer)
    }
}

#[cfg(test)]
mod tests;
