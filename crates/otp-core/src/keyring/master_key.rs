//! The operator's master key, and the previous ones that still open keys.

use base64::Engine as _;
use zeroize::{Zeroize, Zeroizing};

use super::DataKey;
use super::data_key::LENGTH;
use super::wrapped_key::{KeyOwner, MasterKeyId, UnwrapError, WrappedKey};
use crate::ids::AccountId;
use crate::ports::Randomness;
use crate::sealing::{AccountSealer, Cipher, InstallationSealer, OpenError, keyed, mac};

/// The operator's master key: 32 bytes that wrap the keyring and nothing else.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// The text is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 random bytes in base64 (44 characters)")]
pub struct InvalidMasterKey;

impl MasterKey {
    /// Generates a key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKey> {
        let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim());
        let bytes = Zeroizing::new(decoded.map_err(|_| InvalidMasterKey)?);
        bytes
            .as_slice()
            .try_into()
            .map(Self)
            .map_err(|_| InvalidMasterKey)
    }

    /// Returns the key in base64, for the file that stores it.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(self.0))
    }

    fn wrapping(&self) -> Cipher {
        Cipher::new(&Zeroizing::new(mac(&keyed(&self.0), &[b"keyring"])))
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The master key in use, and the previous ones, which still open the keys they wrapped.
#[derive(Clone)]
pub struct MasterKeys {
    current: Cipher,
    previous: Vec<Cipher>,
}

impl MasterKeys {
    /// Creates a set that wraps with `current` and opens with `current` and `previous`.
    pub fn new(current: &MasterKey, previous: &[MasterKey]) -> Self {
        Self {
            current: current.wrapping(),
            previous: previous.iter().map(MasterKey::wrapping).collect(),
        }
    }

    /// Returns the id of the key in use.
    pub fn current_id(&self) -> MasterKeyId {
        MasterKeyId(self.current.key_id())
    }

    /// Returns whether one of the keys has this id.
    pub fn knows(&self, id: MasterKeyId) -> bool {
        self.all().any(|key| key.key_id() == id.0)
    }

    /// Generates a key pair for this owner and wraps it.
    pub fn generate_key(&self, owner: KeyOwner, randomness: &dyn Randomness) -> WrappedKey {
        self.wrap(owner, &DataKey::generate(randomness), randomness)
    }

    /// Opens an account's key.
    pub fn account_sealer(
        &self,
        account: AccountId,
        key: &WrappedKey,
    ) -> Result<AccountSealer, UnwrapError> {
        let key = self.unwrap(KeyOwner::Account(account), key)?;
        Ok(AccountSealer::new(account, &key))
    }

    /// Opens the installation's key.
    pub fn installation_sealer(&self, key: &WrappedKey) -> Result<InstallationSealer, UnwrapError> {
        let key = self.unwrap(KeyOwner::Installation, key)?;
        Ok(InstallationSealer::new(&key))
    }

    /// Checks that a key opens.
    pub fn check(&self, owner: KeyOwner, key: &WrappedKey) -> Result<(), UnwrapError> {
        self.unwrap(owner, key).map(|_| ())
    }

    /// Wraps the same pair with the key in use; returns `None` if that key already wraps it.
    pub fn rewrap(
        &self,
        owner: KeyOwner,
        key: &WrappedKey,
        randomness: &dyn Randomness,
    ) -> Result<Option<WrappedKey>, UnwrapError> {
        let pair = self.unwrap(owner, key)?;
        let is_current = key.master_key_id() == Some(self.current_id());
        Ok((!is_current).then(|| self.wrap(owner, &pair, randomness)))
    }

    fn wrap(&self, owner: KeyOwner, key: &DataKey, randomness: &dyn Randomness) -> WrappedKey {
        let context = owner.context();
        WrappedKey(self.current.seal(&context, key.as_bytes(), randomness))
    }

    fn unwrap(&self, owner: KeyOwner, key: &WrappedKey) -> Result<DataKey, UnwrapError> {
        let id = key.master_key_id().ok_or(UnwrapError::Damaged)?;
        let wrapping = self
            .all()
            .find(|key| key.key_id() == id.0)
            .ok_or(UnwrapError::UnknownMasterKey)?;
        let opened = wrapping.open(&owner.context(), &key.0);
        let pair = opened.map_err(|error| match error {
            OpenError::OtherKey => UnwrapError::UnknownMasterKey,
            OpenError::Damaged => UnwrapError::Damaged,
        })?;
        let pair: &[u8; LENGTH] = pair
            .as_slice()
            .try_into()
            .map_err(|_| UnwrapError::Damaged)?;
        Ok(DataKey::from_bytes(*pair))
    }

    fn all(&self) -> impl Iterator<Item = &Cipher> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeys(current {:02x?})", self.current.key_id())
    }
}

#[cfg(test)]
mod tests;
