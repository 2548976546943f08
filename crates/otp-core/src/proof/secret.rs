//! The secret half of a key, in the clear only while it is used.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::ids::ProofKeyId;
use crate::ports::Randomness;
use crate::sealing::{InstallationSealer, OpenError, Purpose, Sealed};

/// The seed of an Ed25519 key pair: 32 random bytes (RFC 8032, section 5.1.5).
pub struct ProofSecret(Zeroizing<[u8; 32]>);

impl ProofSecret {
    /// Generates a secret.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        randomness.fill(&mut *seed);
        Self(seed)
    }

    /// Seals it for the key with this id.
    pub fn seal(
        &self,
        id: ProofKeyId,
        installation: &InstallationSealer,
        randomness: &dyn Randomness,
    ) -> Sealed {
        let text = Zeroizing::new(STANDARD.encode(self.expose()));
        installation.seal(Purpose::ProofKey, id.0.as_bytes(), &text, randomness)
    }

    /// Opens the secret of the key with this id.
    pub fn open(
        id: ProofKeyId,
        sealed: &Sealed,
        installation: &InstallationSealer,
    ) -> Result<Self, OpenError> {
        let text = installation.open(Purpose::ProofKey, id.0.as_bytes(), sealed)?;
        let seed = STANDARD.decode(text.as_bytes()).map(Zeroizing::new);
        let seed = seed.map_err(|_| OpenError::Damaged)?;
        let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| OpenError::Damaged)?;
        Ok(Self(Zeroizing::new(seed)))
    }

    /// Returns the seed.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for ProofSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProofSecret(…)")
    }
}
