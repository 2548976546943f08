//! The chain of the audit trail: each entry contains a hash of the one before it, so an entry that is changed, left
//! out or moved breaks the chain.
//!
//! Whoever can write to the database can write the whole chain anew. So an operator keeps the hash of an entry outside
//! it, and has it compared.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::AuditEntry;

/// The SHA-256 of an entry of the chain, and so of all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuditHash(pub [u8; 32]);

/// An entry in its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEntry {
    /// Its place: the first entry has 1.
    pub sequence: u64,
    /// The entry.
    pub entry: AuditEntry,
    /// Its hash.
    pub hash: AuditHash,
}

/// The end of a chain: the place and the hash of its last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// The place; 0 if there is no entry.
    pub sequence: u64,
    /// The hash.
    pub hash: AuditHash,
}

/// The text is not the head of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is a place in the trail, a colon, and 43 characters of base64url")]
pub struct NotAChainHead;

/// An entry that does not follow the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// An entry is missing.
    #[error("entry {sequence} of the audit trail is missing")]
    Missing {
        /// Its place.
        sequence: u64,
    },
    /// An entry is not the one that was written.
    #[error("entry {sequence} of the audit trail, or one before it, was changed")]
    Changed {
        /// Its place.
        sequence: u64,
    },
}

impl ChainHead {
    /// The head of a chain without entries.
    pub const EMPTY: Self = Self {
        sequence: 0,
        hash: AuditHash([0; 32]),
    };

    /// Reads a head as it is shown: the place, a colon, and the hash in base64url (RFC 4648, section 5).
    pub fn parse(text: &str) -> Result<Self, NotAChainHead> {
        let (sequence, text) = text.split_once(':').ok_or(NotAChainHead)?;
        let mut hash = [0; 32];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut hash);
        match (sequence.parse(), length) {
            (Ok(sequence), Ok(32)) => Ok(Self {
                sequence,
                hash: AuditHash(hash),
            }),
            (Ok(_) | Err(_), Ok(_) | Err(_)) => Err(NotAChainHead),
        }
    }

    /// Puts the next entry into its place.
    #[must_use]
    pub fn append(&self, entry: AuditEntry) -> ChainedEntry {
        let sequence = self.sequence + 1;
        let hash = hash(sequence, self.hash, &entry);
        ChainedEntry {
            sequence,
            entry,
            hash,
        }
    }

    /// Puts entries into their places, in order.
    pub fn append_all(&self, entries: impl IntoIterator<Item = AuditEntry>) -> Vec<ChainedEntry> {
        let chained = entries.into_iter().scan(*self, |head, entry| {
            let chained = head.append(entry);
            *head = chained.head();
            Some(chained)
        });
        chained.collect()
    }

    /// Judges whether an entry is the next one, and returns the head with it.
    pub fn accept(&self, next: &ChainedEntry) -> Result<Self, BrokenChain> {
        let expected = self.append(next.entry.clone());
        if next.sequence > expected.sequence {
            let sequence = expected.sequence;
            return Err(BrokenChain::Missing { sequence });
        }
        if *next != expected {
            let sequence = next.sequence;
            return Err(BrokenChain::Changed { sequence });
        }
        Ok(next.head())
    }
}

impl std::fmt::Display for ChainHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hash = URL_SAFE_NO_PAD.encode(self.hash.0);
        write!(f, "{}:{hash}", self.sequence)
    }
}

impl ChainedEntry {
    /// Returns the head of a chain that ends with this entry.
    pub const fn head(&self) -> ChainHead {
        ChainHead {
            sequence: self.sequence,
            hash: self.hash,
        }
    }
}

/// Hashes an entry in its place. Each text follows its length, so no two entries have the same bytes.
fn hash(sequence: u64, before: AuditHash, entry: &AuditEntry) -> AuditHash {
    let mut hash = Sha256::new()
        .chain_update(b"audit-entry-1")
        .chain_update(sequence.to_be_bytes())
        .chain_update(before.0)
        .chain_update(entry.id.0.as_bytes())
        .chain_update(entry.at.unix_millis().to_be_bytes())
        .chain_update(entry.subject.as_bytes());
    for text in [entry.actor.as_str(), entry.action.as_str()] {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(text);
    }
    AuditHash(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::{Actor, AuditAction};
    use super::*;
    use crate::ids::AuditEntryId;
    use crate::time::Timestamp;

    fn entry(number: u128) -> AuditEntry {
        AuditEntry {
            id: AuditEntryId(Uuid::from_u128(number)),
            at: Timestamp::from_unix_millis(1_764_000_000_000),
            actor: Actor::parse("omar (uid 1000)").expect("an actor"),
            action: AuditAction::RevealRecipient,
            subject: Uuid::from_u128(number + 100),
        }
    }

    fn chain() -> Vec<ChainedEntry> {
        ChainHead::EMPTY.append_all((1..=5).map(entry))
    }

    fn verify(chain: &[ChainedEntry]) -> Result<ChainHead, BrokenChain> {
        let mut entries = chain.iter();
        entries.try_fold(ChainHead::EMPTY, |head, next| head.accept(next))
    }

    #[test]
    fn a_chain_is_accepted_as_written_and_ends_at_its_last_entry() {
        let chain = chain();
        assert_eq!(verify(&chain), Ok(chain[4].head()));
        assert_eq!(verify(&[]), Ok(ChainHead::EMPTY));
    }

    #[test]
    fn a_head_is_read_as_it_is_shown() {
        let head = chain()[4].head();
        let text = head.to_string();
        assert!(text.starts_with("5:") && text.len() == 45, "{text}");
        assert_eq!(ChainHead::parse(&text), Ok(head));
        for other in ["", "5", "5:", "5:AA", &text[1..], &text[..44], "x:AA"] {
            assert_eq!(ChainHead::parse(other), Err(NotAChainHead), "{other}");
        }
    }

    #[test]
    fn entries_appended_one_by_one_are_those_appended_together() {
        let mut head = ChainHead::EMPTY;
        for expected in chain() {
            let next = head.append(expected.entry.clone());
            assert_eq!(next, expected);
            head = next.head();
        }
    }

    #[test]
    fn a_removed_entry_is_missing() {
        let mut chain = chain();
        chain.remove(2);
        assert_eq!(verify(&chain), Err(BrokenChain::Missing { sequence: 3 }));
    }

    #[test]
    fn a_changed_field_breaks_the_chain() {
        let changes: [fn(&mut ChainedEntry); 6] = [
            |chained| chained.entry.id = AuditEntryId(Uuid::nil()),
            |chained| chained.entry.at = Timestamp::from_unix_millis(1),
            |chained| chained.entry.actor = Actor::parse("nobody").expect("an actor"),
            |chained| chained.entry.action = AuditAction::SignUp,
            |chained| chained.entry.subject = Uuid::nil(),
            |chained| chained.hash.0[31] ^= 1,
        ];
        for change in changes {
            let mut chain = chain();
            change(&mut chain[2]);
            assert_eq!(verify(&chain), Err(BrokenChain::Changed { sequence: 3 }));
        }
    }

    proptest! {
        /// Entries in another order, or in other places, are never a chain.
        #[test]
        fn moved_entries_break_the_chain(first in 0..5_usize, second in 0..5_usize) {
            let mut chain = chain();
            chain.swap(first, second);
            prop_assert_eq!(verify(&chain).is_ok(), first == second);
            let (one, other) = (chain[first].sequence, chain[second].sequence);
            (chain[first].sequence, chain[second].sequence) = (other, one);
            prop_assert_eq!(verify(&chain).is_ok(), first == second);
        }
    }
}
