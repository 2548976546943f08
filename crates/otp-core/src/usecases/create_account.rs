//! Create an account: stores its details, sealed with a key of its own.

use std::sync::Arc;

use crate::account::{Account, AccountRules, Contact, SealedContact};
use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::AccountId;
use crate::keyring::{KeyOwner, MasterKeys, WrappedKey};
use crate::language::LanguageTag;
use crate::notice::MutedTopics;
use crate::person::permission::StaffAction;
use crate::ports::{Accounts, Clock, PortError, Randomness};
use crate::proof::ProofSubject;
use crate::usecases::staff_actor::StaffActor;

/// Creates accounts.
#[derive(Clone)]
pub struct CreateAccount {
    /// Stores them.
    pub accounts: Arc<dyn Accounts>,
    /// Wraps the account's key.
    pub master_keys: Arc<MasterKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id, the key and the nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// An account as an operator describes it.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its contact details.
    pub contact: Contact,
    /// The language of messages if a request asks for none that is available.
    pub default_language: LanguageTag,
    /// The rules that differ between accounts.
    pub rules: AccountRules,
}

/// The reason an account was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CreateAccount {
    /// Creates one account.
    pub async fn execute(
        &self,
        new: NewAccount,
        by: StaffActor<'_>,
    ) -> Result<Account, CreateAccountError> {
        let by = by.authorise(StaffAction::ManageAccounts);
        let by = by.ok_or(CreateAccountError::Forbidden)?;
        let (account, key) = self.make(new)?;
        let entry = self.entry(&account, by);
        self.accounts.create(&account, &key, &entry).await?;
        Ok(account)
    }

    /// Makes the entry of an account that is created.
    pub(super) fn entry(&self, account: &Account, by: Actor) -> AuditEntry {
        let (id, at) = (account.id.0, account.created_at);
        AuditEntry::new(by, AuditAction::CreateAccount, id, at, &*self.randomness)
    }

    /// Makes an account with its key, and stores neither.
    pub(super) fn make(&self, new: NewAccount) -> Result<(Account, WrappedKey), PortError> {
        let id = AccountId::generate(self.clock.now(), &*self.randomness);
        self.make_with_id(id, new)
    }

    /// Makes an account that has a certain id.
    pub(super) fn make_with_id(
        &self,
        id: AccountId,
        new: NewAccount,
    ) -> Result<(Account, WrappedKey), PortError> {
        let randomness = &*self.randomness;
        let key = self
            .master_keys
            .generate_key(KeyOwner::Account(id), randomness);
        let sealer = self
            .master_keys
            .account_sealer(id, &key)
            .map_err(|error| PortError::Backend(error.into()))?;
        let account = Account {
            id,
            test_of: None,
            contact: SealedContact::seal(&new.contact, &sealer, randomness),
            default_language: new.default_language,
            rules: new.rules,
            proof_subject: ProofSubject::default(),
            email_sender: None,
            muted_topics: MutedTopics::NONE,
            created_at: self.clock.now(),
        };
        Ok((account, key))
    }
}
