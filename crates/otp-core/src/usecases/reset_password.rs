//! Reset a password: a person who has proven their mail address sets a new one without the old.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::VerificationId;
use crate::notice::NoticeKind;
use crate::person::SecurityRecord;
use crate::person::device::Device;
use crate::person::password::{Factors, Password, RefusedPassword};
use crate::person::session::SessionHash;
use crate::ports::{Passwords, Persons, PortError};
use crate::recipient::EmailAddress;
use crate::sealing::InstallationSealer;
use crate::ui_language::UiLanguage;
use crate::usecases::begin_session::{BeginSession, BegunSession};
use crate::usecases::prove_address::{ProofPurpose, ProveAddress, ProveAddressError, SentCode};
use crate::verification::Guess;

/// Resets passwords.
#[derive(Clone)]
pub struct ResetPassword {
    /// Proves the mail address.
    pub prove: ProveAddress,
    /// Finds the person, and stores the password.
    pub persons: Arc<dyn Persons>,
    /// Hashes the password.
    pub passwords: Arc<dyn Passwords>,
    /// Indexes the address.
    pub installation: Arc<InstallationSealer>,
    /// Signs the person in.
    pub begin_session: BeginSession,
}

/// A parsed form with a new password.
#[derive(Debug, Clone)]
pub struct ResetPasswordRequest {
    /// The id under which the code was sent.
    pub verification: VerificationId,
    /// The code.
    pub guess: Guess,
    /// The new password.
    pub password: Password,
    /// The person's browser.
    pub device: Device,
    /// The session that the browser had until now, if any.
    pub instead_of: Option<SessionHash>,
}

/// The reason no password was set.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// The password is not accepted. The code was not used.
    #[error("the password is not accepted")]
    Password(#[from] RefusedPassword),
    /// The mail address was not proven.
    #[error(transparent)]
    Proof(#[from] ProveAddressError),
    /// Nobody has this address. Only whoever has proven it learns that.
    #[error("nobody has this address")]
    NobodyHasAddress,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ResetPassword {
    /// Sends a code to the address, whether or not a person has it.
    pub async fn begin(
        &self,
        address: EmailAddress,
        language: UiLanguage,
    ) -> Result<SentCode, ResetPasswordError> {
        Ok(self
            .prove
            .begin(address, ProofPurpose::NewPassword, language)
            .await?)
    }

    /// Sets the password, ends all sessions of the person, tells them by mail, and signs them in.
    ///
    /// The future MUST be driven to completion: a code is accepted once.
    pub async fn execute(
        &self,
        request: ResetPasswordRequest,
    ) -> Result<BegunSession, ResetPasswordError> {
        let found = self
            .prove
            .find(request.verification, ProofPurpose::NewPassword);
        let address = found.await?.address;
        // The name of the person is not among the known words: with it, the answer would tell whether they exist.
        request
            .password
            .check(Factors::Password, &[address.as_str()])?;
        let address = self
            .prove
            .check(
                request.verification,
                ProofPurpose::NewPassword,
                request.guess.clone(),
            )
            .await?;
        let index = self.installation.person_index(&address);
        let person = self.persons.find_person_by_email(index).await?;
        let person = person.ok_or(ResetPasswordError::NobodyHasAddress)?.id;
        let password = self.passwords.hash_password(&request.password).await?;
        let (now, randomness) = (
            self.begin_session.clock.now(),
            &*self.begin_session.randomness,
        );
        let entry = AuditEntry::new(
            person.actor(),
            AuditAction::ResetPassword,
            person.0,
            now,
            randomness,
        );
        let kind = NoticeKind::PasswordChanged { person_id: person };
        let notice = self.begin_session.tell.notice(person, kind, now).await?;
        let record = SecurityRecord { entry, notice };
        let is_set = self.persons.set_password(person, &password, None, &record);
        if !is_set.await? {
            return Err(ResetPasswordError::NobodyHasAddress);
        }
        let of = (person, &password);
        let begun = self
            .begin_session
            .execute(of, request.device, request.instead_of);
        begun.await?.ok_or(ResetPasswordError::NobodyHasAddress)
    }
}
