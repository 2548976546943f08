//! Keys in their stored form.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::ids::AccountId;

/// The id under which a store keeps the installation's key.
static NIL: Uuid = Uuid::nil();

/// The owner of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyOwner {
    /// The installation: for data that must be found before its account is known.
    Installation,
    /// One account.
    Account(AccountId),
}

impl KeyOwner {
    /// Returns the stored id: the account's, or the nil UUID for the installation.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Installation => Uuid::nil(),
            Self::Account(account) => account.0,
        }
    }

    /// Returns the bytes of the stored id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        match self {
            Self::Installation => NIL.as_bytes(),
            Self::Account(account) => account.0.as_bytes(),
        }
    }

    /// Returns the owner with this stored id.
    pub fn from_id(id: Uuid) -> Self {
        if id.is_nil() {
            Self::Installation
        } else {
            Self::Account(AccountId(id))
        }
    }

    /// Returns the context that a wrapping is bound to.
    pub(super) fn context(self) -> Vec<u8> {
        [b"keyring\0".as_slice(), self.id().as_bytes()].concat()
    }
}

/// Identifies a master key without revealing anything about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId(pub [u8; 4]);

/// A key pair wrapped by a master key, with AES-256-GCM.
///
/// Format (1 byte), id of the master key (4), nonce (12), ciphertext and tag.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WrappedKey(pub Vec<u8>);

impl WrappedKey {
    /// Returns the id of the master key that wrapped it; `None` if the bytes are too short.
    pub fn master_key_id(&self) -> Option<MasterKeyId> {
        let id = self.0.get(1..5)?;
        id.try_into().ok().map(MasterKeyId)
    }
}

impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrappedKey({} bytes)", self.0.len())
    }
}

/// One row of the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringEntry {
    /// The owner.
    pub owner: KeyOwner,
    /// The owner's key.
    pub key: WrappedKey,
}

impl KeyringEntry {
    /// Returns the keys of accounts among these entries.
    pub fn by_account(entries: Vec<Self>) -> BTreeMap<AccountId, WrappedKey> {
        let keys = entries.into_iter().filter_map(|entry| match entry.owner {
            KeyOwner::Installation => None,
            KeyOwner::Account(account) => Some((account, entry.key)),
        });
        keys.collect()
    }
}

/// A wrapped key did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// Neither the master key in use nor a previous one wrapped it.
    #[error("wrapped by a master key that is not configured")]
    UnknownMasterKey,
    /// It was cut or changed, or belongs to another owner.
    #[error("the wrapped key is damaged")]
    Damaged,
}
