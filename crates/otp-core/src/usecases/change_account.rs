//! Change an account: its contact details, its rules, and whether it may send.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::account::{AccountChange, AccountStanding, ContactLine};
use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::channel::email::EmailSender;
use crate::contact_number::ContactNumber;
use crate::ids::AccountId;
use crate::language::LanguageTag;
use crate::notice::{LowBalance, MutedTopics};
use crate::person::permission::StaffAction;
use crate::ports::{Accounts, Clock, PortError, Randomness};
use crate::proof::ProofSubject;
use crate::recipient::EmailAddress;
use crate::sealing::{AccountSealer, Purpose};
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Changes accounts.
#[derive(Clone)]
pub struct ChangeAccount {
    /// Stores accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Seals contact details.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// The new values of an account. What is `None` stays as it is.
#[derive(Clone, Default)]
pub struct AccountEdit {
    /// The person responsible.
    pub name: Option<ContactLine>,
    /// The address that notices are sent to.
    pub email: Option<EmailAddress>,
    /// The phone number of that person.
    pub phone: Option<ContactNumber>,
    /// The name of the business.
    pub company: Option<ContactLine>,
    /// Its postal address; `Some(None)` removes it.
    pub address: Option<Option<ContactLine>>,
    /// The language of messages if a request names none that is available.
    pub default_language: Option<LanguageTag>,
    /// The threshold at which a balance counts as low.
    pub low_balance: Option<LowBalance>,
    /// Whether the account may send.
    pub standing: Option<AccountStanding>,
    /// The name of its recipients in proofs.
    pub proof_subject: Option<ProofSubject>,
    /// The sender of its mails, all values at once; `Some(None)` returns to the defaults.
    pub email_sender: Option<Option<EmailSender>>,
    /// The topics of notices that are not mailed.
    pub muted_topics: Option<MutedTopics>,
}

/// The reason an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAccountError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The account does not exist, or its key is deleted.
    #[error("no account has the id {0}")]
    NotFound(AccountId),
    /// It is a test account, which changes with its account.
    #[error("{id} is the test account of {of}; change that account")]
    TestAccount {
        /// The test account.
        id: AccountId,
        /// The account that it belongs to.
        of: AccountId,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

has_refusals_of_staff!(ChangeAccountError);

impl ChangeAccount {
    /// Changes one account and its test account, all of it or nothing. The change applies to the next send.
    pub async fn execute(
        &self,
        id: AccountId,
        edit: AccountEdit,
        by: StaffActor<'_>,
    ) -> Result<(), ChangeAccountError> {
        let by = by.authorise_fresh(StaffAction::ManageAccounts, self.clock.now())?;
        self.change(id, edit, by).await
    }

    /// Does so for somebody who may do it, as another use case found.
    pub(super) async fn change(
        &self,
        id: AccountId,
        edit: AccountEdit,
        by: Actor,
    ) -> Result<(), ChangeAccountError> {
        let account = self.accounts.find(id).await?;
        let account = account.ok_or(ChangeAccountError::NotFound(id))?;
        if let Some(of) = account.test_of {
            return Err(ChangeAccountError::TestAccount { id, of });
        }
        let sealer = self.sealers.find(id).await?;
        let sealer = sealer.ok_or(ChangeAccountError::NotFound(id))?;
        let mut changes = BTreeMap::new();
        if let Some(test) = self.accounts.find_test_account(id).await?
            && let Some(sealer) = self.sealers.find(test.id).await?
        {
            changes.insert(test.id, edit.clone().seal(&sealer, &*self.randomness));
        }
        changes.insert(id, edit.seal(&sealer, &*self.randomness));
        let (action, now) = (AuditAction::ChangeAccount, self.clock.now());
        let entry = AuditEntry::new(by, action, id.0, now, &*self.randomness);
        if self.accounts.change(&changes, &entry).await? {
            Ok(())
        } else {
            Err(ChangeAccountError::NotFound(id))
        }
    }
}

impl AccountEdit {
    fn seal(self, sealer: &AccountSealer, randomness: &dyn Randomness) -> AccountChange {
        let row = sealer.account().0;
        let seal = |purpose, text: &str| sealer.seal(purpose, row, text, randomness);
        let line = |purpose, line: ContactLine| seal(purpose, line.as_str());
        AccountChange {
            name: self.name.map(|name| line(Purpose::ContactName, name)),
            email: self
                .email
                .map(|email| seal(Purpose::ContactEmail, email.as_str())),
            phone: self
                .phone
                .map(|phone| seal(Purpose::ContactPhone, phone.as_str())),
            company: self
                .company
                .map(|company| line(Purpose::ContactCompany, company)),
            address: self
                .address
                .map(|address| address.map(|address| line(Purpose::ContactAddress, address))),
            default_language: self.default_language,
            low_balance: self.low_balance,
            standing: self.standing,
            proof_subject: self.proof_subject,
            email_sender: self
                .email_sender
                .map(|sender| sender.map(|sender| sender.seal(sealer, randomness))),
            muted_topics: self.muted_topics,
        }
    }
}
