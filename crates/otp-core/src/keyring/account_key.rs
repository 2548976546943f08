//! An account's key as it is looked up: wrapped, and opened on first use.

use std::sync::{Arc, OnceLock};

use super::{MasterKeys, UnwrapError, WrappedKey};
use crate::ids::AccountId;
use crate::sealing::AccountSealer;

/// An account's wrapped key. The first use opens it, and a cached copy keeps the opened key.
#[derive(Debug)]
pub struct AccountKey {
    account: AccountId,
    wrapped: WrappedKey,
    opened: OnceLock<Arc<AccountSealer>>,
}

impl AccountKey {
    /// Creates the key from its stored form.
    pub fn new(account: AccountId, wrapped: WrappedKey) -> Self {
        Self {
            account,
            wrapped,
            opened: OnceLock::new(),
        }
    }

    /// Returns the stored form.
    pub fn wrapped(&self) -> &WrappedKey {
        &self.wrapped
    }

    /// Opens the key, unless it is open already, and returns the account's sealer.
    pub fn open(&self, master_keys: &MasterKeys) -> Result<Arc<AccountSealer>, UnwrapError> {
        if let Some(opened) = self.opened.get() {
            return Ok(Arc::clone(opened));
        }
        let opened = Arc::new(master_keys.account_sealer(self.account, &self.wrapped)?);
        Ok(Arc::clone(self.opened.get_or_init(|| opened)))
    }
}

impl PartialEq for AccountKey {
    fn eq(&self, other: &Self) -> bool {
        (self.account, &self.wrapped) == (other.account, &other.wrapped)
    }
}

impl Eq for AccountKey {}
