//! Check the keyring: reports whether every key opens, and which keys still need a rotation.

use std::sync::Arc;

use crate::keyring::{KeyOwner, KeyringEntry, MasterKeys, UnwrapError};
use crate::ports::{Keyring, PortError};

/// The number of keys read at a time.
const BATCH: usize = 1_000;

/// Checks the keyring.
#[derive(Clone)]
pub struct CheckKeyring {
    /// The wrapped keys.
    pub keyring: Arc<dyn Keyring>,
    /// Opens them.
    pub master_keys: Arc<MasterKeys>,
}

/// A key and the state it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedKey {
    /// The owner.
    pub owner: KeyOwner,
    /// Its state.
    pub state: KeyState,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// The master key in use opens it.
    Current,
    /// A previous master key opens it, so a rotation is due.
    Previous,
    /// No configured master key opens it.
    Unreadable(UnwrapError),
}

impl KeyState {
    /// The name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Unreadable(UnwrapError::UnknownMasterKey) => "unknown master key",
            Self::Unreadable(UnwrapError::Damaged) => "damaged",
        }
    }
}

impl CheckKeyring {
    /// Checks every key, the installation's first.
    pub async fn execute(&self) -> Result<Vec<CheckedKey>, PortError> {
        let mut checked = Vec::new();
        let mut after = None;
        loop {
            let keys = self.keyring.list_keys(after, BATCH).await?;
            let Some(last) = keys.last() else {
                return Ok(checked);
            };
            after = Some(last.owner);
            checked.extend(keys.iter().map(|entry| CheckedKey {
                owner: entry.owner,
                state: self.state(entry),
            }));
        }
    }

    fn state(&self, entry: &KeyringEntry) -> KeyState {
        match self.master_keys.check(entry.owner, &entry.key) {
            Ok(()) if entry.key.master_key_id() == Some(self.master_keys.current_id()) => {
                KeyState::Current
            }
            Ok(()) => KeyState::Previous,
            Err(error) => KeyState::Unreadable(error),
        }
    }
}
