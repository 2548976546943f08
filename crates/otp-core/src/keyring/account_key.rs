//! An account's key as it is looked up: wrapped, and opened at most once.

use std::sync::{Arc, OnceLock};

use super::{MasterKeys, UnwrapError, WrappedKey};
use crate::ids::AccountId;
use crate::sealing::AccountSealer;

/// An account's wrapped key. The first use opens it; whoever caches it caches the opened key with it.
#[derive(Debug)]
pub struct AccountKey {
    account: AccountId,
    wrapped: WrappedKey,
    opened: OnceLock<Arc<AccountSealer>>,
}

impl AccountKey {
    /// The key as a store returns it.
    pub fn new(account: AccountId, wrapped: WrappedKey) -> Self {
        Self {
            account,
            wrapped,
            opened: OnceLock::new(),
        }
    }

    /// The stored form.
    pub fn wrapped(&self) -> &WrappedKey {
        &self.wrapped
    }

    /// The sealer of the account.
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
