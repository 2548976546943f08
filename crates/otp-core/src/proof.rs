//! Proofs: signed statements that a verification succeeded. Anyone can check one without asking the gateway.
//!
//! A proof is valid for [`PROOF_LIFETIME`] and cannot be revoked by itself. It is signed with a
//! [`ProofKey`] of the installation, whose public half is published. Keys are replaced by a
//! [`ProofKeyRotation`]: the next key is published before it signs, and a retired one until the last
//! proof it signed has expired.

mod key;
mod rotation;
mod secret;
mod subject;

use std::time::Duration;

use uuid::Uuid;

use crate::channel::Channel;
use crate::ids::AccountId;
use crate::time::Timestamp;

pub use key::{ProofKey, ProofKeyState, ProofPublicKey, PublishedProofKey, signing_key};
pub use rotation::{ANNOUNCEMENT, ProofKeyRotation, RotationKind, RotationUnderWay};
pub use secret::ProofSecret;
pub use subject::ProofSubject;

/// How long a proof is valid.
pub const PROOF_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How long a client may use its copy of the published keys.
pub const PUBLISHED_KEYS_CACHE_TIME: Duration = Duration::from_secs(5 * 60);

/// The statements of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofClaims {
    /// The account that the proof is for.
    pub audience: AccountId,
    /// The recipient: [its pseudonym](crate::sealing::AccountSealer::pseudonym), or its number or address
    /// if the account is set to [`ProofSubject::Recipient`].
    pub subject: String,
    /// The verification that succeeded.
    pub verification_id: Uuid,
    /// The channel that delivered the code.
    pub method: Channel,
    /// The time of the successful check.
    pub issued_at: Timestamp,
    /// SHA-256 of the transaction that the person confirmed, if the verification was about one.
    pub transaction: Option<[u8; 32]>,
}

impl ProofClaims {
    /// Returns the instant from which the proof is no longer valid.
    pub fn expires_at(&self) -> Timestamp {
        self.issued_at + PROOF_LIFETIME
    }
}

/// A signed proof in its text form. Whoever has it can present it, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof(String);

impl Proof {
    /// Creates a proof from its text form.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text form.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(…)")
    }
}
