//! Sign in: checks a mail address with its password, and begins a session.
//!
//! An address that nobody has is refused like a wrong password: by the same steps, after the same work.

use std::sync::Arc;
use std::time::Duration;

use crate::person::device::Device;
use crate::person::password::Password;
use crate::person::session::SessionHash;
use crate::ports::{PasswordMatch, Passwords, Persons, PortError, SignInAttempts};
use crate::recipient::EmailAddress;
use crate::sealing::InstallationSealer;
use crate::usecases::begin_session::{BeginSession, BegunSession};

/// Signs people in.
#[derive(Clone)]
pub struct SignIn {
    /// Finds them.
    pub persons: Arc<dyn Persons>,
    /// Counts attempts.
    pub attempts: Arc<dyn SignInAttempts>,
    /// Compares passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Indexes addresses.
    pub installation: Arc<InstallationSealer>,
    /// Begins the session.
    pub begin_session: BeginSession,
}

/// A parsed form of sign-in.
#[derive(Debug, Clone)]
pub struct SignInRequest {
    /// The mail address.
    pub email: EmailAddress,
    /// The password.
    pub password: Password,
    /// The network that the request comes from. Wrong passwords are counted for the address in each network, so that
    /// nobody can keep others out by wrong passwords of their own.
    pub network: String,
    /// The person's browser.
    pub device: Device,
    /// The session that the browser had until now, if any.
    pub instead_of: Option<SessionHash>,
}

/// The reason nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Nobody has this address with this password.
    #[error("nobody has this address with this password")]
    Wrong,
    /// There were too many wrong passwords for this address.
    #[error("too many wrong passwords")]
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl SignIn {
    /// Signs a person in.
    ///
    /// An attempt counts as a failure before the password is compared, so that many at the same time are not judged
    /// more often than one after the other.
    pub async fn execute(&self, request: SignInRequest) -> Result<BegunSession, SignInError> {
        let index = self.installation.person_index(&request.email);
        let attempts = self.installation.attempts_index(index, &request.network);
        let now = self.begin_session.clock.now();
        if let Some(again) = self.attempts.count_attempt(attempts, now).await? {
            return Err(SignInError::TooMany {
                wait: again.since(now),
            });
        }
        let person = self.persons.find_person_by_email(index).await?;
        let hash = person.as_ref().map(|person| person.password.clone());
        let compared = self.passwords.match_password(&request.password, hash);
        let (compared, Some(person)) = (compared.await?, person) else {
            return Err(SignInError::Wrong);
        };
        let password = match compared {
            PasswordMatch::Wrong => return Err(SignInError::Wrong),
            PasswordMatch::Right => person.password,
            PasswordMatch::RightButWeaklyHashed => {
                let stronger = self.passwords.hash_password(&request.password).await?;
                let before = &person.password;
                self.persons
                    .rehash_password(person.id, before, &stronger)
                    .await?;
                stronger
            }
        };
        self.attempts.clear_attempts(attempts).await?;
        let of = (person.id, &password);
        let begun = self
            .begin_session
            .execute(of, request.device, request.instead_of);
        // The password was replaced while it was compared.
        begun.await?.ok_or(SignInError::Wrong)
    }
}
