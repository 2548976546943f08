//! The random key pair for one owner's ciphertexts and indexes.

use zeroize::Zeroizing;

use crate::ports::Randomness;
use crate::sealing::{keyed, mac};

/// The length of a pair: a key for sealing and one for indexing.
pub(super) const LENGTH: usize = 64;

/// A seal key and an index key, each of 32 random bytes.
pub(crate) struct DataKey(Zeroizing<[u8; LENGTH]>);

impl DataKey {
    pub(crate) fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        randomness.fill(&mut *bytes);
        Self(bytes)
    }

    pub(crate) fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    pub(crate) fn seal_key(&self) -> &[u8; 32] {
        self.0.first_chunk().expect("a pair has 64 bytes")
    }

    /// Derives the key for one kind of index. The label separates the kinds (expansion in RFC 5869).
    pub(crate) fn derive_index_key(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let index_key = self.0.last_chunk().expect("a pair has 64 bytes");
        Zeroizing::new(mac(&keyed(index_key), &[label]))
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}
