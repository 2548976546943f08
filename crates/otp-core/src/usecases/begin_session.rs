//! Begin a session: signs a person in whose proof was right.

use std::sync::Arc;

use crate::ids::{PersonId, SessionId};
use crate::notice::NoticeKind;
use crate::person::device::Device;
use crate::person::password::PasswordHash;
use crate::person::session::{Session, SessionHash, SessionToken, Stage};
use crate::ports::{Clock, PortError, Randomness, SecondFactors, Sessions};
use crate::usecases::tell_person::TellPerson;

/// Begins sessions.
#[derive(Clone)]
pub struct BeginSession {
    /// Stores them.
    pub sessions: Arc<dyn Sessions>,
    /// Knows who is asked for a second factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Tells the person about a new device.
    pub tell: TellPerson,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids and tokens.
    pub randomness: Arc<dyn Randomness>,
}

/// A session and its token, for the browser. The token is kept nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunSession {
    /// The session.
    pub session: Session,
    /// Its token.
    pub token: SessionToken,
}

impl BeginSession {
    /// Signs the person in; a person with a second factor is asked for it first. `None` if the person has another
    /// password by now, or has just confirmed a second factor. The session that the browser had before, if any, is ended.
    ///
    /// A person who never used this device before is notified by mail: somebody else may know their password.
    pub async fn execute(
        &self,
        (person, password): (PersonId, &PasswordHash),
        device: Device,
        instead_of: Option<SessionHash>,
    ) -> Result<Option<BegunSession>, PortError> {
        let (now, randomness) = (self.clock.now(), &*self.randomness);
        let id = SessionId::generate(now, randomness);
        let token = SessionToken::generate(randomness);
        let factor = self.factors.find_second_factor(person).await?;
        let stage = match factor {
            Some(factor) if factor.is_on() => Stage::AwaitingSecondFactor,
            Some(_) | None => Stage::SignedIn,
        };
        let session = Session::begin((id, person), &token, device, stage, now);
        let known = self.sessions.known_devices(person).await?;
        let notice = match device.is_news_after(&known) {
            true => {
                let kind = NoticeKind::NewDevice {
                    person_id: person,
                    device,
                };
                self.tell.notice(person, kind, now).await?
            }
            false => None,
        };
        let notices = notice.as_slice();
        let begun = self
            .sessions
            .begin_session(&session, password, instead_of, notices);
        Ok(begun.await?.then_some(BegunSession { session, token }))
    }
}
