//! Find accounts: an account's settings and contact details, for an operator.

use std::sync::Arc;

use crate::account::{Account, AccountStanding, Contact};
use crate::channel::email::{EmailSender, UnreadableEmailSender};
use crate::ids::AccountId;
use crate::keyring::MasterKeys;
use crate::ports::{Accounts, Keyring, PortError};
use crate::recipient::EmailAddress;
use crate::sealing::{AccountSealer, OpenError};
use crate::usecases::account_sealers::open_all;

/// Finds accounts.
#[derive(Clone)]
pub struct FindAccounts {
    /// Stores accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Stores their keys.
    pub keyring: Arc<dyn Keyring>,
    /// Opens the keys.
    pub master_keys: Arc<MasterKeys>,
}

/// An account with its contact details in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccount {
    /// The account as it is stored.
    pub account: Account,
    /// Its contact details; `None` if its key is deleted.
    pub contact: Option<Contact>,
    /// The sender of its mails; `None` if none is set or its key is deleted.
    pub email_sender: Option<EmailSender>,
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
    /// Returns all accounts without their test accounts, oldest first.
    pub async fn list(&self) -> Result<Vec<FoundAccount>, FindAccountsError> {
        let mut accounts = self.accounts.list().await?;
        accounts.retain(|account| account.test_of.is_none());
        self.open(accounts).await
    }

    /// Returns the account with this id.
    pub async fn find(&self, id: AccountId) -> Result<Option<FoundAccount>, FindAccountsError> {
        let account = self.accounts.find(id).await?;
        let found = self.open(account.into_iter().collect()).await?;
        Ok(found.into_iter().next())
    }

    /// Returns the oldest account with this mail address that is not closed.
    pub async fn find_by_email(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<FoundAccount>, FindAccountsError> {
        let has_email = |found: &FoundAccount| {
            let contact = found.contact.as_ref();
            contact.is_some_and(|contact| contact.email == *email)
                && found.account.rules.standing != AccountStanding::Closed
        };
        Ok(self.list().await?.into_iter().find(has_email))
    }

    async fn open(&self, accounts: Vec<Account>) -> Result<Vec<FoundAccount>, FindAccountsError> {
        let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
        let sealers = open_all(&*self.keyring, &self.master_keys, &ids).await?;
        let open = |account: Account| {
            let sealer = sealers.get(&account.id);
            Ok(FoundAccount {
                contact: open_contact(&account, sealer)?,
                email_sender: open_email_sender(&account, sealer)?,
                account,
            })
        };
        accounts.into_iter().map(open).collect()
    }
}

/// Opens the contact details of an account; `None` if its key is deleted.
pub(super) fn open_contact(
    account: &Account,
    sealer: Option<&AccountSealer>,
) -> Result<Option<Contact>, FindAccountsError> {
    let opened = sealer
        .map(|sealer| account.contact.open(sealer))
        .transpose();
    opened.map_err(|source| FindAccountsError::Unreadable {
        account: account.id,
        source,
    })
}

fn open_email_sender(
    account: &Account,
    sealer: Option<&AccountSealer>,
) -> Result<Option<EmailSender>, FindAccountsError> {
    let Some((sealer, sealed)) = sealer.zip(account.email_sender.as_ref()) else {
        return Ok(None);
    };
    let opened = EmailSender::open(sealed, sealer);
    opened.map(Some).map_err(
        |UnreadableEmailSender(source)| FindAccountsError::Unreadable {
            account: account.id,
            source,
        },
    )
}
