//! Open a test account: the account that an account's test keys belong to.
//!
//! It is an account of its own, with a key of its own, so whatever is separate between two accounts is separate
//! between its test keys and its live keys. It has no subscription and no sender.

use std::sync::Arc;

use crate::account::{Account, SealedContact};
use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::AccountId;
use crate::keyring::{KeyOwner, MasterKeys};
use crate::person::permission::StaffAction;
use crate::ports::{Accounts, Clock, PortError, Randomness};
use crate::sealing::{AccountSealer, OpenError};
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::staff_actor::StaffActor;

/// Opens test accounts.
#[derive(Clone)]
pub struct OpenTestAccount {
    /// Stores accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Opens the contact details of the account.
    pub sealers: AccountSealers,
    /// Wraps the key of the test account.
    pub master_keys: Arc<MasterKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id, the key and the nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason there is no test account.
#[derive(Debug, thiserror::Error)]
pub enum OpenTestAccountError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The account does not exist, or its key is deleted.
    #[error("no account has that id")]
    AccountNotFound,
    /// The contact details of the account do not open.
    #[error("the contact details of the account cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl OpenTestAccount {
    /// Returns the test account of an account, and makes it if there is none. A test account is its own.
    pub async fn execute(
        &self,
        of: AccountId,
        by: StaffActor<'_>,
    ) -> Result<Account, OpenTestAccountError> {
        let by = by.authorise(StaffAction::ManageAccounts);
        self.open(of, by.ok_or(OpenTestAccountError::Forbidden)?)
            .await
    }

    /// Does so for somebody who may use it, as another use case found.
    pub(super) async fn open(
        &self,
        of: AccountId,
        by: Actor,
    ) -> Result<Account, OpenTestAccountError> {
        let account = self.accounts.find(of).await?;
        let account = account.ok_or(OpenTestAccountError::AccountNotFound)?;
        if account.test_of.is_some() {
            return Ok(account);
        }
        if let Some(test) = self.accounts.find_test_account(of).await? {
            return Ok(test);
        }
        let sealer = self.sealers.find(of).await?;
        let sealer = sealer.ok_or(OpenTestAccountError::AccountNotFound)?;
        match self.create(&account, &sealer, by).await {
            // Somebody else made it meanwhile.
            Err(OpenTestAccountError::Port(PortError::Conflict(conflict))) => {
                let test = self.accounts.find_test_account(of).await?;
                Ok(test.ok_or(PortError::Conflict(conflict))?)
            }
            created => created,
        }
    }

    async fn create(
        &self,
        account: &Account,
        sealer: &AccountSealer,
        by: Actor,
    ) -> Result<Account, OpenTestAccountError> {
        let (now, randomness) = (self.clock.now(), &*self.randomness);
        let id = AccountId::generate(now, randomness);
        let owner = KeyOwner::Account(id);
        let key = self.master_keys.generate_key(owner, randomness);
        let own = self.master_keys.account_sealer(id, &key);
        let own = own.map_err(|error| PortError::Backend(error.into()))?;
        let contact = account.contact.open(sealer)?;
        let test = Account {
            id,
            test_of: Some(account.id),
            contact: SealedContact::seal(&contact, &own, randomness),
            default_language: account.default_language.clone(),
            rules: account.rules,
            proof_subject: account.proof_subject,
            email_sender: None,
            muted_topics: account.muted_topics,
            created_at: now,
        };
        let entry = AuditEntry::new(by, AuditAction::CreateAccount, id.0, now, randomness);
        self.accounts.create(&test, &key, &entry).await?;
        Ok(test)
    }
}
