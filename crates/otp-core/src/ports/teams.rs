//! The teams of accounts.

use async_trait::async_trait;

use crate::ids::{AccountId, InvitationId};
use crate::person::SecurityRecord;
use crate::person::team::{Team, TeamChange, TeamInvitation, TeamRefusal};
use crate::ports::PortError;
use crate::sealing::PersonIndex;
use crate::time::Timestamp;

/// Stores who is in the team of an account, and who is invited.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Teams: Send + Sync {
    /// Makes a change, if [`Team::judge`] allows it in the team as it is at that moment, and adds the record, all or
    /// nothing. [`TeamRefusal::AddressTaken`] if a person who signs up has the mail address of another. `Conflict` if the
    /// account or a person who joins does not exist.
    ///
    /// Changes of one team at the same time MUST be judged one after the other.
    async fn change_team(
        &self,
        account: AccountId,
        change: &TeamChange,
        record: &SecurityRecord,
    ) -> Result<Result<(), TeamRefusal>, PortError>;

    /// Returns the team of an account.
    async fn find_team(&self, account: AccountId) -> Result<Team, PortError>;

    /// Returns the invitation with this id, if it is kept.
    async fn find_invitation(&self, id: InvitationId) -> Result<Option<TeamInvitation>, PortError>;

    /// Returns the invitations of a mail address that are kept, oldest first.
    async fn list_invitations_to(
        &self,
        email: PersonIndex,
    ) -> Result<Vec<TeamInvitation>, PortError>;

    /// Deletes at most `limit` invitations that were made before `before`, and returns how many.
    async fn forget_invitations(&self, before: Timestamp, limit: usize)
    -> Result<usize, PortError>;
}
