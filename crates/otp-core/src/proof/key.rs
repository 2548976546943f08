//! A key that signs proofs, and which of several signs at an instant.

use super::{PROOF_LIFETIME, PUBLISHED_KEYS_CACHE_TIME};
use crate::ids::ProofKeyId;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// The public half of a key (Ed25519).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProofPublicKey(pub [u8; 32]);

/// A key of the installation that signs proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofKey {
    /// The id, which every proof names.
    pub id: ProofKeyId,
    /// The number in the order of creation, from 1. No two keys have the same.
    pub number: u32,
    /// The public half.
    pub public_key: ProofPublicKey,
    /// The secret half, sealed with the installation's key; see [`ProofSecret`](super::ProofSecret).
    pub secret: Sealed,
    /// The time from which it is published.
    pub created_at: Timestamp,
    /// The time from which it signs.
    pub active_from: Timestamp,
    /// The time from which its successor signs.
    pub retired_at: Option<Timestamp>,
    /// Set if the key was withdrawn at once. It neither signs nor is it published, whatever the time.
    pub revoked_at: Option<Timestamp>,
}

/// A published key: all that is needed to check a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedProofKey {
    /// The id.
    pub id: ProofKeyId,
    /// The public half.
    pub public_key: ProofPublicKey,
}

/// The state of a key at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKeyState {
    /// Published, and signs later.
    Next,
    /// Signs.
    Signing,
    /// Published for the proofs that it signed.
    Retired,
    /// No longer published: every proof that it signed has expired.
    Ended,
    /// Withdrawn at once.
    Revoked,
}

impl ProofKeyState {
    /// The name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

/// Returns the key that signs at `now`; `None` if there is no key that may.
///
/// It is the newest key that is active. If none is active yet, because the clock went backwards or
/// another machine's is ahead, it is the one that becomes active first.
pub fn signing_key(keys: &[ProofKey], now: Timestamp) -> Option<&ProofKey> {
    let usable = || keys.iter().filter(|key| key.revoked_at.is_none());
    usable()
        .filter(|key| key.active_from <= now)
        .max_by_key(|key| key.number)
        .or_else(|| usable().min_by_key(|key| key.number))
}

impl ProofKey {
    /// Returns whether the key is published at `now`.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.published_until().is_none_or(|end| now < end)
    }

    /// Returns when its publication ends: a retired key is published until the last proof that it signed
    /// has expired, and as much longer as a client may use a copy of the published keys.
    pub fn published_until(&self) -> Option<Timestamp> {
        let retired = self
            .retired_at
            .map(|at| at + PROOF_LIFETIME + PUBLISHED_KEYS_CACHE_TIME);
        self.revoked_at.or(retired)
    }

    /// Returns its state at `now`, as one of `keys`.
    pub fn state_among(&self, keys: &[Self], now: Timestamp) -> ProofKeyState {
        let signs = signing_key(keys, now).is_some_and(|key| key.id == self.id);
        if self.revoked_at.is_some() {
            ProofKeyState::Revoked
        } else if signs {
            ProofKeyState::Signing
        } else if now < self.active_from {
            ProofKeyState::Next
        } else if self.is_published(now) {
            ProofKeyState::Retired
        } else {
            ProofKeyState::Ended
        }
    }

    /// Returns its published part.
    pub fn published(&self) -> PublishedProofKey {
        PublishedProofKey {
            id: self.id,
            public_key: self.public_key,
        }
    }
}
