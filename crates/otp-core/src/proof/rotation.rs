//! Rotation: adds the next key, and ends the ones before it.

use std::time::Duration;

use super::key::{ProofKey, ProofPublicKey};
use crate::ids::ProofKeyId;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// How long a key is published before it signs: twice the time that a copy of the published keys may be
/// used, because a cache on the way may add its own copy to that of the client.
pub const ANNOUNCEMENT: Duration = super::PUBLISHED_KEYS_CACHE_TIME.saturating_mul(2);

/// The kind of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationKind {
    /// The next key signs after its [`ANNOUNCEMENT`]; proofs of the last key stay valid.
    Announced,
    /// All other keys may be known to somebody else: they are revoked, with the proofs that they signed.
    Immediate,
}

/// A rotation that is not finished: its key does not sign yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the next key is published already and signs from {}", signs_from.to_rfc3339())]
pub struct RotationUnderWay {
    /// The time from which the next key signs.
    pub signs_from: Timestamp,
}

/// The changes of a rotation, which a store makes whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofKeyRotation {
    /// The new key.
    pub added: ProofKey,
    /// Keys that are retired or revoked, as they are afterwards.
    pub ended: Vec<ProofKey>,
    /// Keys that are deleted: their publication has ended.
    pub forgotten: Vec<ProofKeyId>,
}

impl ProofKeyRotation {
    /// Plans the rotation of `keys` at `now` to a key with this id, public half and secret half.
    ///
    /// The first key signs at once, because no client can have a copy of the published keys yet.
    pub fn plan(
        keys: &[ProofKey],
        kind: RotationKind,
        now: Timestamp,
        (id, public_key, secret): (ProofKeyId, ProofPublicKey, Sealed),
    ) -> Result<Self, RotationUnderWay> {
        let (kept, forgotten): (Vec<_>, Vec<_>) =
            keys.iter().partition(|key| key.is_published(now));
        let active_from = match kind {
            RotationKind::Immediate => now,
            RotationKind::Announced if kept.is_empty() => now,
            RotationKind::Announced => {
                if let Some(next) = kept.iter().find(|key| key.active_from > now) {
                    return Err(RotationUnderWay {
                        signs_from: next.active_from,
                    });
                }
                now + ANNOUNCEMENT
            }
        };
        let ends = |key: &&ProofKey| kind == RotationKind::Immediate || key.retired_at.is_none();
        let ended = kept.into_iter().filter(ends).map(|key| match kind {
            RotationKind::Announced => ProofKey {
                retired_at: Some(active_from),
                ..key.clone()
            },
            RotationKind::Immediate => ProofKey {
                revoked_at: Some(now),
                ..key.clone()
            },
        });
        let last = keys.iter().map(|key| key.number).max();
        Ok(Self {
            added: ProofKey {
                id,
                number: last.unwrap_or_default() + 1,
                public_key,
                secret,
                created_at: now,
                active_from,
                retired_at: None,
                revoked_at: None,
            },
            ended: ended.collect(),
            forgotten: forgotten.into_iter().map(|key| key.id).collect(),
        })
    }

    /// Returns `keys` after the rotation, as a store has them.
    pub fn apply(&self, keys: &[ProofKey]) -> Vec<ProofKey> {
        let ended = |id| self.ended.iter().find(|key| key.id == id);
        let stay = keys.iter().filter(|key| !self.forgotten.contains(&key.id));
        let stay = stay.map(|key| ended(key.id).unwrap_or(key));
        stay.chain([&self.added]).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
