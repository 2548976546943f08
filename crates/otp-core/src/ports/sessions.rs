//! Sessions.

use async_trait::async_trait;

use crate::ids::{PersonId, SessionId};
use crate::notice::MailNotice;
use crate::person::device::Device;
use crate::person::password::PasswordHash;
use crate::person::session::{Session, SessionHash};
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores the sessions of people.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session, and ends the one with the hash `instead_of`, if there is one: whoever signs in again in a
    /// browser leaves no session behind. Returns `false`, and changes nothing, if the person does not exist, has
    /// another password than `password`, or has a confirmed second factor that the session's stage does not wait for.
    /// With the session, the notices are added to the outbox, and its device is [known](Sessions::known_devices) from
    /// then on, all or nothing.
    ///
    /// A new password and a new second factor end all sessions, so a session MUST NOT begin with a password that is being
    /// replaced, or without a second factor that is being confirmed, at the same time: the adapter locks the person.
    async fn begin_session(
        &self,
        session: &Session,
        password: &PasswordHash,
        instead_of: Option<SessionHash>,
        notices: &[MailNotice],
    ) -> Result<bool, PortError>;

    /// Returns each device with which the person ever began a session, in any order.
    async fn known_devices(&self, person: PersonId) -> Result<Vec<Device>, PortError>;

    /// Returns the session with this hash, also one that no longer [exists](Session::exists_at).
    async fn find_session(&self, hash: SessionHash) -> Result<Option<Session>, PortError>;

    /// Replaces everything of a session that a request or a proof changes: hash, stage and times. Returns `false` if
    /// there is no session with that id whose hash is `before`: it was ended or renewed meanwhile.
    async fn replace_session(
        &self,
        before: SessionHash,
        after: &Session,
    ) -> Result<bool, PortError>;

    /// Ends a session of a person; returns `false` if the person has no such session.
    async fn end_session(&self, person: PersonId, id: SessionId) -> Result<bool, PortError>;

    /// Ends all sessions of a person but `keep`.
    async fn end_sessions(&self, person: PersonId, keep: SessionId) -> Result<(), PortError>;

    /// Returns the sessions of a person, the last seen first.
    async fn list_sessions(&self, person: PersonId) -> Result<Vec<Session>, PortError>;

    /// Deletes at most `limit` sessions that were last seen before `before`, and returns how many.
    async fn forget_sessions(&self, before: Timestamp, limit: usize) -> Result<usize, PortError>;
}
