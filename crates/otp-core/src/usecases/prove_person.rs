//! Prove a person: the second factor at sign-in, and another proof before a dangerous action.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::PersonId;
use crate::person::password::Password;
use crate::person::second_factor::RecoveryCode;
use crate::person::session::{Session, SessionToken};
use crate::ports::{
    PasswordMatch, Passwords, Persons, PortError, SecondFactors, Sessions, SignInAttempts,
};
use crate::sealing::InstallationSealer;
use crate::usecases::begin_session::{BeginSession, BegunSession};
use crate::usecases::manage_second_factor::open;

/// Proves people.
#[derive(Clone)]
pub struct ProvePerson {
    /// Finds and renews the session.
    pub sessions: Arc<dyn Sessions>,
    /// Finds the person.
    pub persons: Arc<dyn Persons>,
    /// Finds the second factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Counts wrong codes and passwords.
    pub attempts: Arc<dyn SignInAttempts>,
    /// Compares passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Opens secrets.
    pub installation: Arc<InstallationSealer>,
    /// Has the clock and the randomness of sessions.
    pub begin_session: BeginSession,
}

/// A proof of a person.
#[derive(Debug, Clone)]
pub enum PersonProof {
    /// A code of the app, or a recovery code, as it was typed.
    Code(String),
    /// The password. It is enough for a person without a second factor.
    Password(Password),
}

/// The kind of proof that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedProof {
    /// A code of the second factor.
    Code,
    /// The password.
    Password,
}

/// The reason a person is not proven.
#[derive(Debug, thiserror::Error)]
pub enum ProvePersonError {
    /// There is no session, or it is over.
    #[error("there is no session")]
    NoSession,
    /// The code or the password is wrong, or of the wrong kind.
    #[error("the proof is wrong")]
    Wrong,
    /// There were too many wrong ones.
    #[error("too many wrong proofs")]
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ProvePerson {
    /// Returns the kind of proof that this session is asked for.
    pub async fn asked(&self, token: &SessionToken) -> Result<AskedProof, ProvePersonError> {
        let session = self.session(token).await?;
        self.asked_of(session.person_id).await
    }

    /// Proves the person of a session, and renews it under a new token: whoever knew the one before is out.
    ///
    /// A proof counts as wrong before it is compared, so that many at the same time are not judged more often than
    /// one after the other.
    pub async fn execute(
        &self,
        token: &SessionToken,
        proof: PersonProof,
    ) -> Result<BegunSession, ProvePersonError> {
        let session = self.session(token).await?;
        let (person, now) = (session.person_id, self.begin_session.clock.now());
        let index = self.installation.proofs_index(person);
        if let Some(again) = self.attempts.count_attempt(index, now).await? {
            return Err(ProvePersonError::TooMany {
                wait: again.since(now),
            });
        }
        let is_right = match (self.asked_of(person).await?, proof) {
            (AskedProof::Code, PersonProof::Code(typed)) => self.is_code(person, &typed).await?,
            (AskedProof::Password, PersonProof::Password(password)) => {
                self.is_password(person, &password).await?
            }
            (AskedProof::Code, PersonProof::Password(_))
            | (AskedProof::Password, PersonProof::Code(_)) => false,
        };
        if !is_right {
            return Err(ProvePersonError::Wrong);
        }
        self.attempts.clear_attempts(index).await?;
        let renewed = SessionToken::generate(&*self.begin_session.randomness);
        let after = session.after_proof(&renewed, now);
        if !self.sessions.replace_session(session.hash, &after).await? {
            return Err(ProvePersonError::NoSession);
        }
        Ok(BegunSession {
            session: after,
            token: renewed,
        })
    }

    async fn session(&self, token: &SessionToken) -> Result<Session, ProvePersonError> {
        let found = self.sessions.find_session(token.hash()).await?;
        let now = self.begin_session.clock.now();
        let found = found.filter(|session| session.exists_at(now));
        found.ok_or(ProvePersonError::NoSession)
    }

    async fn asked_of(&self, person: PersonId) -> Result<AskedProof, ProvePersonError> {
        let factor = self.factors.find_second_factor(person).await?;
        Ok(if factor.is_some_and(|factor| factor.is_on()) {
            AskedProof::Code
        } else {
            AskedProof::Password
        })
    }

    async fn is_code(&self, person: PersonId, typed: &str) -> Result<bool, ProvePersonError> {
        if let Some(code) = RecoveryCode::parse(typed) {
            let hash = self.installation.hash_recovery_code(person, &code);
            return Ok(self.factors.use_recovery_code(person, hash).await?);
        }
        let Some(factor) = self.factors.find_second_factor(person).await? else {
            return Ok(false);
        };
        let secret = open(&self.installation, &factor)?;
        match secret.step_of(typed, self.begin_session.clock.now()) {
            Some(step) => Ok(self.factors.use_step(person, step).await?),
            None => Ok(false),
        }
    }

    /// Returns whether it is the person's password.
    pub(super) async fn is_password(
        &self,
        person: PersonId,
        password: &Password,
    ) -> Result<bool, ProvePersonError> {
        let found = self.persons.find_person(person).await?;
        let hash = found.map(|found| found.password);
        let matched = self.passwords.match_password(password, hash).await?;
        Ok(match matched {
            PasswordMatch::Right | PasswordMatch::RightButWeaklyHashed => true,
            PasswordMatch::Wrong => false,
        })
    }
}
