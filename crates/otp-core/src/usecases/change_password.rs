//! Change the password: a person who has proven themselves a moment ago sets a new one.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::AuditEntryId;
use crate::person::password::{Factors, Password, RefusedPassword};
use crate::ports::{Passwords, Persons, PortError, SecondFactors};
use crate::usecases::begin_session::BeginSession;
use crate::usecases::resume_session::Viewer;

/// Changes passwords.
#[derive(Clone)]
pub struct ChangePassword {
    /// Stores them.
    pub persons: Arc<dyn Persons>,
    /// Knows who has a second factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Hashes them.
    pub passwords: Arc<dyn Passwords>,
    /// Has the clock and the randomness.
    pub begin_session: BeginSession,
}

/// The reason a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The last proof of the person is too old: they have to prove themselves again.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The password is not accepted.
    #[error("the password is not accepted")]
    Password(#[from] RefusedPassword),
    /// The person does not exist any more.
    #[error("the person does not exist")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ChangePassword {
    /// Returns whether the last proof of the person is new enough.
    pub fn may_change(&self, viewer: &Viewer) -> bool {
        viewer.session.is_fresh_at(self.begin_session.clock.now())
    }

    /// Sets a new password, and ends all other sessions of the person.
    pub async fn execute(
        &self,
        viewer: &Viewer,
        password: &Password,
    ) -> Result<(), ChangePasswordError> {
        let now = self.begin_session.clock.now();
        if !self.may_change(viewer) {
            return Err(ChangePasswordError::NotFresh);
        }
        let person = viewer.person.id;
        let factor = self.factors.find_second_factor(person).await?;
        let factors = match factor {
            Some(factor) if factor.is_on() => Factors::PasswordAndSecond,
            Some(_) | None => Factors::Password,
        };
        let details = &viewer.details;
        password.check(factors, &[details.email.as_str(), details.name.as_str()])?;
        let hash = self.passwords.hash_password(password).await?;
        let entry = AuditEntry {
            id: AuditEntryId::generate(now, &*self.begin_session.randomness),
            at: now,
            actor: person.actor(),
            action: AuditAction::ChangePassword,
            subject: person.0,
        };
        let keep = Some(viewer.session.id);
        if self
            .persons
            .set_password(person, &hash, keep, &entry)
            .await?
        {
            Ok(())
        } else {
            Err(ChangePasswordError::NotFound)
        }
    }
}
