//! Change the password: a person who knows the old one sets a new one.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::PersonId;
use crate::notice::NoticeKind;
use crate::person::SecurityRecord;
use crate::person::password::{Factors, Password, RefusedPassword};
use crate::ports::{Persons, PortError};
use crate::usecases::prove_person::{ProvePerson, ProvePersonError};
use crate::usecases::resume_session::Viewer;

/// Changes passwords.
#[derive(Clone)]
pub struct ChangePassword {
    /// Stores them.
    pub persons: Arc<dyn Persons>,
    /// Compares the old password.
    pub prove: ProvePerson,
}

/// The reason a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// A person with a second factor has to prove themselves again, because the last proof is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The old password is wrong.
    #[error("the old password is wrong")]
    Wrong,
    /// There were too many wrong ones.
    #[error("too many wrong passwords")]
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
    /// The password is not accepted.
    #[error("the password is not accepted")]
    Password(#[from] RefusedPassword),
    /// The person does not exist any more, or the session was ended.
    #[error("the person does not exist, or the session was ended")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ChangePassword {
    /// Returns whether the person may try: one with a second factor needs a fresh proof beside the old password.
    pub async fn may_change(&self, viewer: &Viewer) -> Result<bool, PortError> {
        let has_second = self.has_second_factor(viewer.person.id).await?;
        Ok(!has_second || self.is_fresh(viewer))
    }

    async fn has_second_factor(&self, person: PersonId) -> Result<bool, PortError> {
        let factor = self.prove.factors.find_second_factor(person).await?;
        Ok(factor.is_some_and(|factor| factor.is_on()))
    }

    fn is_fresh(&self, viewer: &Viewer) -> bool {
        let now = self.prove.begin_session.clock.now();
        viewer.session.is_fresh_at(now)
    }

    /// Sets a new password, ends all other sessions of the person, and tells them by mail.
    ///
    /// A try counts as a wrong proof before it is compared, as in [`ProvePerson`].
    pub async fn execute(
        &self,
        viewer: &Viewer,
        old: &Password,
        new: &Password,
    ) -> Result<(), ChangePasswordError> {
        let (prove, person) = (&self.prove, viewer.person.id);
        let now = prove.begin_session.clock.now();
        let factors = match self.has_second_factor(person).await? {
            true if !self.is_fresh(viewer) => return Err(ChangePasswordError::NotFresh),
            true => Factors::PasswordAndSecond,
            false => Factors::Password,
        };
        let details = &viewer.details;
        new.check(factors, &[details.email.as_str(), details.name.as_str()])?;
        let index = prove.installation.proofs_index(person);
        if let Some(again) = prove.attempts.count_attempt(index, now).await? {
            return Err(ChangePasswordError::TooMany {
                wait: again.since(now),
            });
        }
        let is_right = prove.is_password(person, old).await;
        let is_right = is_right.map_err(|error| match error {
            ProvePersonError::Port(error) => ChangePasswordError::Port(error),
            ProvePersonError::NoSession
            | ProvePersonError::Wrong
            | ProvePersonError::TooMany { .. } => ChangePasswordError::Wrong,
        });
        if !is_right? {
            return Err(ChangePasswordError::Wrong);
        }
        prove.attempts.clear_attempts(index).await?;
        let hash = prove.passwords.hash_password(new).await?;
        let entry = AuditEntry::new(
            person.actor(),
            AuditAction::ChangePassword,
            person.0,
            now,
            &*prove.begin_session.randomness,
        );
        let kind = NoticeKind::PasswordChanged { person_id: person };
        let notice = prove.begin_session.tell.notice(person, kind, now).await?;
        let record = SecurityRecord { entry, notice };
        let keep = Some(viewer.session);
        if self
            .persons
            .set_password(person, &hash, keep, &record)
            .await?
        {
            Ok(())
        } else {
            Err(ChangePasswordError::NotFound)
        }
    }
}
