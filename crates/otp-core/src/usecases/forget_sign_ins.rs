//! Forget sign-ins: deletes sessions, links, invitations and counts of failed attempts that mean nothing any more.

use std::sync::Arc;
use std::time::Duration;

use crate::person::session::IDLE;
use crate::person::team::INVITATION_LIFETIME;
use crate::ports::{Clock, PortError, Sessions, SignInAttempts, SignInLinks, Teams};

/// How long a wrong password counts.
const FAILURES_COUNT: Duration = Duration::from_secs(24 * 60 * 60);

/// The most rows of each kind that one call deletes, so that nothing else waits for long.
const BATCH: usize = 500;

/// Forgets sign-ins.
#[derive(Clone)]
pub struct ForgetSignIns {
    /// The sessions.
    pub sessions: Arc<dyn Sessions>,
    /// The failed attempts.
    pub attempts: Arc<dyn SignInAttempts>,
    /// The links.
    pub links: Arc<dyn SignInLinks>,
    /// The invitations.
    pub teams: Arc<dyn Teams>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ForgetSignIns {
    /// Forgets a batch, and returns whether there may be more.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let now = self.clock.now();
        let sessions = self.sessions.forget_sessions(now - IDLE, BATCH).await?;
        let before = now - FAILURES_COUNT;
        let attempts = self.attempts.forget_attempts(before, BATCH).await?;
        let links = self.links.forget_sign_in_links(now, BATCH).await?;
        let before = now - INVITATION_LIFETIME;
        let invitations = self.teams.forget_invitations(before, BATCH).await?;
        Ok([sessions, attempts, links, invitations].contains(&BATCH))
    }
}
