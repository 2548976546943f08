//! End sessions: signs a person out, here or elsewhere.

use std::sync::Arc;

use crate::ids::{PersonId, SessionId};
use crate::person::session::{Session, SessionToken};
use crate::ports::{Clock, PortError, Sessions};

/// Lists and ends sessions.
#[derive(Clone)]
pub struct EndSessions {
    /// Stores them.
    pub sessions: Arc<dyn Sessions>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl EndSessions {
    /// Ends the session of this token, if there is one.
    pub async fn sign_out(&self, token: &SessionToken) -> Result<(), PortError> {
        if let Some(session) = self.sessions.find_session(token.hash()).await? {
            let (person, id) = (session.person_id, session.id);
            self.sessions.end_session(person, id).await?;
        }
        Ok(())
    }

    /// Returns the sessions of a person that exist, the last seen first.
    pub async fn list(&self, person: PersonId) -> Result<Vec<Session>, PortError> {
        let now = self.clock.now();
        let mut sessions = self.sessions.list_sessions(person).await?;
        sessions.retain(|session| session.exists_at(now));
        Ok(sessions)
    }

    /// Returns whether the last proof of the person is new enough to end their other sessions.
    pub fn may_end(&self, session: &Session) -> bool {
        session.is_fresh_at(self.clock.now())
    }

    /// Ends a session of a person; returns `false` if the person has no such session.
    pub async fn end(&self, person: PersonId, id: SessionId) -> Result<bool, PortError> {
        self.sessions.end_session(person, id).await
    }

    /// Ends all sessions of a person but this one.
    pub async fn end_others(&self, session: &Session) -> Result<(), PortError> {
        let person = session.person_id;
        self.sessions.end_sessions(person, session.id).await
    }
}
