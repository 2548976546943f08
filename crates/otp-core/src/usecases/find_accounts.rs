//! Find accounts: an account's settings and contact details, for an operator.

use std::sync::Arc;

use crate::account::{Account, Contact};
use crate::ids::AccountId;
use crate::ports::{Accounts, PortError};
use crate::sealing::OpenError;
use crate::usecases::account_sealers::AccountSealers;

/// Finds accounts.
#[derive(Clone)]
pub struct FindAccounts {
    /// Stores accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Opens contact details.
    pub sealers: AccountSealers,
}

/// An account with its contact details in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccount {
    /// The account as it is stored.
    pub account: Account,
    /// Its contact details; `None` if its key is deleted.
    pub contact: Option<Contact>,
}

/// The reason accounts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FindAccountsError {
    /// The contact details of an account do not open.
    #[error("the contact details of account {account} cannot be read")]
    Unreadable {
        /// The account.
        account: AccountId,
        /// The cause.
        source: OpenError,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl FindAccounts {
    /// Returns all accounts, oldest first.
    pub async fn list(&self) -> Result<Vec<FoundAccount>, FindAccountsError> {
        let mut found = Vec::new();
        for account in self.accounts.list().await? {
            found.push(self.open(account).await?);
        }
        Ok(found)
    }

    /// Returns the account with this id.
    pub async fn find(&self, id: AccountId) -> Result<Option<FoundAccount>, FindAccountsError> {
        match self.accounts.find(id).await? {
            Some(account) => Ok(Some(self.open(account).await?)),
            None => Ok(None),
        }
    }

    async fn open(&self, account: Account) -> Result<FoundAccount, FindAccountsError> {
        let sealer = self.sealers.find(account.id).await?;
        let contact = sealer
            .map(|sealer| account.contact.open(&sealer))
            .transpose()
            .map_err(|source| FindAccountsError::Unreadable {
                account: account.id,
                source,
            })?;
        Ok(FoundAccount { account, contact })
    }
}
