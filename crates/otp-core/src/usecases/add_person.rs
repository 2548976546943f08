//! Add a person: gives a person a role in an account that an operator has opened.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::{AccountId, PersonId};
use crate::person::password::{Password, PasswordHash};
use crate::person::permission::StaffAction;
use crate::person::session::SessionToken;
use crate::person::{AccountRole, Membership, Person, PersonalDetails};
use crate::ports::{Accounts, Passwords, Persons, PortError, Randomness};
use crate::sealing::InstallationSealer;
use crate::ui_language::UiLanguage;
use crate::usecases::sign_in_by_link::SignInByLink;
use crate::usecases::staff_actor::StaffActor;

/// Adds people.
#[derive(Clone)]
pub struct AddPerson {
    /// Finds the account.
    pub accounts: Arc<dyn Accounts>,
    /// Stores the person.
    pub persons: Arc<dyn Persons>,
    /// Hashes a first password, which nobody knows.
    pub passwords: Arc<dyn Passwords>,
    /// Seals the person's details.
    pub installation: Arc<InstallationSealer>,
    /// Makes the link by which the person signs in first. Has the clock and the randomness.
    pub links: SignInByLink,
}

/// A person as an operator describes them.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The account.
    pub account_id: AccountId,
    /// The person's name and mail address.
    pub details: PersonalDetails,
    /// The person's role in the account.
    pub role: AccountRole,
}

/// A person who was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedPerson {
    /// The person's id.
    pub id: PersonId,
    /// The token of a link that signs the person in once.
    pub token: SessionToken,
}

/// The reason nobody was added, or no link was made.
#[derive(Debug, thiserror::Error)]
pub enum AddPersonError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The account does not exist.
    #[error("no account has that id")]
    AccountNotFound,
    /// The account is a test account, which belongs to another.
    #[error("a test account has no people of its own; name the account that it belongs to")]
    TestAccount,
    /// A person has this address already.
    #[error("a person has this mail address already")]
    AddressTaken,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Hashes a password that nobody knows, for a person who signs in by a link first.
pub(super) async fn unknown_password(
    passwords: &dyn Passwords,
    randomness: &dyn Randomness,
) -> Result<PasswordHash, PortError> {
    let mut unknown = [0; 32];
    randomness.fill(&mut unknown);
    let password = Password::typed(STANDARD.encode(unknown));
    passwords.hash_password(&password).await
}

impl AddPerson {
    /// Adds a person to an account. Nobody knows their password: they sign in by the link, and set one at the page of a
    /// forgotten password.
    pub async fn execute(
        &self,
        new: NewPerson,
        by: StaffActor<'_>,
    ) -> Result<AddedPerson, AddPersonError> {
        let by = by.authorise(StaffAction::ManageAccounts);
        let by = by.ok_or(AddPersonError::Forbidden)?;
        let account = self.accounts.find(new.account_id).await?;
        let account = account.ok_or(AddPersonError::AccountNotFound)?;
        if account.test_of.is_some() {
            return Err(AddPersonError::TestAccount);
        }
        let begin = &self.links.begin_session;
        let (now, randomness) = (begin.clock.now(), &*begin.randomness);
        let password = unknown_password(&*self.passwords, randomness).await?;
        let id = PersonId::generate(now, randomness);
        let language = UiLanguage::of(&account.default_language);
        let sealing = (&*self.installation, randomness);
        let person = Person::seal((id, &new.details, password), language, now, sealing);
        let membership = Membership {
            person_id: id,
            account_id: account.id,
            role: new.role,
            since: now,
        };
        let entry = AuditEntry::new(by, AuditAction::AddPerson, id.0, now, randomness);
        let joined = self.persons.join_account(&person, &membership, &entry);
        if !joined.await? {
            return Err(AddPersonError::AddressTaken);
        }
        let token = self.links.create(id).await?;
        Ok(AddedPerson { id, token })
    }
}
