//! Sign in by a link: a link that an operator's command prints signs a person in, once.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::PersonId;
use crate::person::device::Device;
use crate::person::session::{SessionHash, SessionToken};
use crate::person::sign_in::SignInLink;
use crate::ports::{Persons, PortError, SignInLinks};
use crate::usecases::begin_session::{BeginSession, BegunSession};

/// How long a link is valid.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes links, and signs people in by them.
#[derive(Clone)]
pub struct SignInByLink {
    /// Stores them.
    pub links: Arc<dyn SignInLinks>,
    /// Finds the person.
    pub persons: Arc<dyn Persons>,
    /// Signs people in.
    pub begin_session: BeginSession,
}

/// The reason nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInByLinkError {
    /// There is no such link: it was used, or has expired.
    #[error("there is no such link")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl SignInByLink {
    /// Makes a link for a person. Its token is kept nowhere else.
    pub async fn create(&self, person_id: PersonId) -> Result<SessionToken, PortError> {
        let begin = &self.begin_session;
        let token = SessionToken::generate(&*begin.randomness);
        let link = SignInLink {
            hash: token.hash(),
            person_id,
            expires_at: begin.clock.now() + LIFETIME,
        };
        self.links.add_sign_in_link(&link).await?;
        Ok(token)
    }

    /// Signs the person of a link in; one with a second factor is asked for it as after the password.
    pub async fn execute(
        &self,
        token: &SessionToken,
        device: Device,
        instead_of: Option<SessionHash>,
    ) -> Result<BegunSession, SignInByLinkError> {
        let found = self.links.take_sign_in_link(token.hash()).await?;
        let now = self.begin_session.clock.now();
        let found = found.filter(|link| now < link.expires_at);
        let link = found.ok_or(SignInByLinkError::NotFound)?;
        let person = self.persons.find_person(link.person_id).await?;
        let person = person.ok_or(SignInByLinkError::NotFound)?;
        let of = (person.id, &person.password);
        let begun = self.begin_session.execute(of, device, instead_of);
        begun.await?.ok_or(SignInByLinkError::NotFound)
    }
}
