//! The teams of accounts in memory.

use async_trait::async_trait;
use otp_core::ids::{AccountId, InvitationId};
use otp_core::person::SecurityRecord;
use otp_core::person::team::{Team, TeamChange, TeamInvitation, TeamRefusal};
use otp_core::ports::{PortError, Teams};
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;

use super::{MemoryStore, State, conflict};

#[async_trait]
impl Teams for MemoryStore {
    async fn change_team(
        &self,
        account: AccountId,
        change: &TeamChange,
        record: &SecurityRecord,
    ) -> Result<Result<(), TeamRefusal>, PortError> {
        let mut state = self.state();
        let team = state.team(account);
        let writes = match team.judge(change, record.entry.at) {
            Ok(writes) => writes,
            Err(refusal) => return Ok(Err(refusal)),
        };
        state.require_account(account)?;
        if let TeamChange::SignUp(_, person) = change
            && !state.people.add(person)
        {
            return Ok(Err(TeamRefusal::AddressTaken));
        }
        if let Some(member) = &writes.member
            && !state.people.has(member.person_id)
        {
            return Err(conflict("the person does not exist"));
        }
        if let Some(invitation) = writes.invitation {
            state.invitations.retain(|other| other.id != invitation.id);
            state.invitations.push(invitation);
        }
        state
            .people
            .write_membership(account, writes.member, writes.removed);
        state.keep_record(record);
        Ok(Ok(()))
    }

    async fn find_team(&self, account: AccountId) -> Result<Team, PortError> {
        Ok(self.state().team(account))
    }

    async fn find_invitation(&self, id: InvitationId) -> Result<Option<TeamInvitation>, PortError> {
        let state = self.state();
        let mut invitations = state.invitations.iter();
        Ok(invitations.find(|invitation| invitation.id == id).cloned())
    }

    async fn list_invitations_to(
        &self,
        email: PersonIndex,
    ) -> Result<Vec<TeamInvitation>, PortError> {
        let mut found = self.state().invitations.clone();
        found.retain(|invitation| invitation.email_index == email);
        found.sort_by_key(|invitation| (invitation.created_at, invitation.id));
        Ok(found)
    }

    async fn forget_invitations(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError> {
        let invitations = &mut self.state().invitations;
        invitations.sort_by_key(|invitation| invitation.created_at);
        let old = invitations.partition_point(|invitation| invitation.created_at < before);
        Ok(invitations.drain(..old.min(limit)).count())
    }
}

impl State {
    fn team(&self, account: AccountId) -> Team {
        let mut invitations = self.invitations.clone();
        invitations.retain(|invitation| invitation.account_id == account);
        invitations.sort_by_key(|invitation| (invitation.created_at, invitation.id));
        Team {
            members: self.people.members(account),
            invitations,
        }
    }
}
