//! Sign up: a person who has proven a mail address opens an account.

use std::sync::Arc;

use crate::account::{AccountRules, Contact, ContactLine};
use crate::audit::{AuditAction, AuditEntry};
use crate::contact_number::ContactNumber;
use crate::ids::{PersonId, VerificationId};
use crate::person::device::Device;
use crate::person::password::{Factors, Password, RefusedPassword};
use crate::person::session::SessionHash;
use crate::person::{AccountRole, Membership, NewHolder, Person, PersonalDetails};
use crate::ports::{Passwords, Persons, PortError};
use crate::recipient::EmailAddress;
use crate::sealing::InstallationSealer;
use crate::ui_language::UiLanguage;
use crate::usecases::begin_session::{BeginSession, BegunSession};
use crate::usecases::create_account::{CreateAccount, NewAccount};
use crate::usecases::prove_address::{ProofPurpose, ProveAddress, ProveAddressError, SentCode};
use crate::verification::Guess;

/// The people who may open an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignUpPolicy {
    /// Everybody.
    #[default]
    Open,
    /// Nobody but those whom an owner invites, who join the owner's account.
    Invited,
    /// Nobody: operators open accounts and add people by command.
    Closed,
}

/// Signs people up.
#[derive(Clone)]
pub struct SignUp {
    /// The people who may sign up.
    pub policy: SignUpPolicy,
    /// Proves the mail address.
    pub prove: ProveAddress,
    /// Makes the account.
    pub create_account: CreateAccount,
    /// The rules of a new account.
    pub rules: AccountRules,
    /// Stores the person with the account.
    pub persons: Arc<dyn Persons>,
    /// Hashes the password.
    pub passwords: Arc<dyn Passwords>,
    /// Seals the person's details.
    pub installation: Arc<InstallationSealer>,
    /// Signs the person in.
    pub begin_session: BeginSession,
}

/// A parsed form of sign-up.
#[derive(Debug, Clone)]
pub struct SignUpRequest {
    /// The id under which the code was sent.
    pub verification: VerificationId,
    /// The code.
    pub guess: Guess,
    /// The person's name.
    pub name: ContactLine,
    /// The business.
    pub company: ContactLine,
    /// Its phone number.
    pub phone: ContactNumber,
    /// Its postal address.
    pub address: Option<ContactLine>,
    /// The password.
    pub password: Password,
    /// The language of mails to the person.
    pub language: UiLanguage,
    /// The person's browser.
    pub device: Device,
    /// The session that the browser had until now, if any.
    pub instead_of: Option<SessionHash>,
}

/// The reason nobody was signed up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Sign-up is not open.
    #[error("sign-up is not open")]
    NotOpen,
    /// The password is not accepted. The code was not used.
    #[error("the password is not accepted")]
    Password(#[from] RefusedPassword),
    /// The mail address was not proven.
    #[error(transparent)]
    Proof(#[from] ProveAddressError),
    /// A person has this address already. Only whoever has proven it learns that.
    #[error("a person has this address already")]
    AddressTaken,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl SignUp {
    /// Sends a code to the address.
    pub async fn begin(
        &self,
        address: EmailAddress,
        language: UiLanguage,
    ) -> Result<SentCode, SignUpError> {
        self.require_open()?;
        Ok(self
            .prove
            .begin(address, ProofPurpose::SignUp, language)
            .await?)
    }

    /// Opens an account and signs its owner in. Everything is checked before the code, so that a fault in the form
    /// costs no guess.
    ///
    /// The future MUST be driven to completion: a code is accepted once.
    pub async fn execute(&self, request: SignUpRequest) -> Result<BegunSession, SignUpError> {
        self.require_open()?;
        let sent = self
            .prove
            .find(request.verification, ProofPurpose::SignUp)
            .await?;
        let known = [
            sent.address.as_str(),
            request.name.as_str(),
            request.company.as_str(),
        ];
        request.password.check(Factors::Password, &known)?;
        let email = self
            .prove
            .check(
                request.verification,
                ProofPurpose::SignUp,
                request.guess.clone(),
            )
            .await?;
        let password = self.passwords.hash_password(&request.password).await?;

        let new = NewAccount {
            contact: Contact {
                name: request.name.clone(),
                email: email.clone(),
                phone: request.phone,
                company: request.company,
                address: request.address,
            },
            default_language: request.language.tag(),
            rules: self.rules,
        };
        let (account, key) = self.create_account.make(new)?;
        let (now, randomness) = (account.created_at, &*self.create_account.randomness);
        let id = PersonId::generate(now, randomness);
        let details = PersonalDetails {
            email,
            name: request.name,
        };
        let sealing = (&*self.installation, randomness);
        let person = Person::seal((id, &details, password), request.language, now, sealing);
        let entry = AuditEntry::new(
            id.actor(),
            AuditAction::SignUp,
            account.id.0,
            now,
            randomness,
        );
        let holder = NewHolder {
            person,
            membership: Membership {
                person_id: id,
                account_id: account.id,
                role: AccountRole::Owner,
                since: now,
            },
            account,
            key,
        };
        if !self.persons.open_account(&holder, &entry).await? {
            return Err(SignUpError::AddressTaken);
        }
        let of = (id, &holder.person.password);
        let begun = self
            .begin_session
            .execute(of, request.device, request.instead_of);
        begun.await?.ok_or(SignUpError::AddressTaken)
    }

    /// Returns whether everybody may sign up.
    pub fn is_open(&self) -> bool {
        match self.policy {
            SignUpPolicy::Open => true,
            SignUpPolicy::Invited | SignUpPolicy::Closed => false,
        }
    }

    fn require_open(&self) -> Result<(), SignUpError> {
        if self.is_open() {
            Ok(())
        } else {
            Err(SignUpError::NotOpen)
        }
    }
}
