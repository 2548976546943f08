//! The teams of accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::{AccountId, InvitationId};
use otp_core::person::team::{Team, TeamChange, TeamInvitation, TeamRefusal, TeamWrites};
use otp_core::person::{Membership, SecurityRecord};
use otp_core::ports::{PortError, Teams};
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{MembershipRow, PersonRow, TeamInvitationRow};
use otp_rows::schema::{memberships, team_invitations};

use crate::SqliteStore;
use crate::persons::{insert_person, keep_record};

#[async_trait]
impl Teams for SqliteStore {
    async fn change_team(
        &self,
        account: AccountId,
        change: &TeamChange,
        record: &SecurityRecord,
    ) -> Result<Result<(), TeamRefusal>, PortError> {
        let (change, record) = (change.clone(), record.clone());
        self.write("db.teams.change", move |connection| {
            let team = load(connection, account)?;
            let writes = match team.judge(&change, record.entry.at) {
                Ok(writes) => writes,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if let TeamChange::SignUp(_, person) = &change
                && !insert_person(connection, PersonRow::from(&**person))?
            {
                return Ok(Err(TeamRefusal::AddressTaken));
            }
            write(connection, account, &writes)?;
            keep_record(connection, record)?;
            Ok(Ok(()))
        })
        .await
    }

    async fn find_team(&self, account: AccountId) -> Result<Team, PortError> {
        self.read("db.teams.find", move |connection| {
            Ok(load(connection, account)?)
        })
        .await
    }

    async fn find_invitation(&self, id: InvitationId) -> Result<Option<TeamInvitation>, PortError> {
        self.read("db.teams.find_invitation", move |connection| {
            let row = team_invitations::table
                .find(Col(id))
                .select(TeamInvitationRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(TeamInvitation::from))
        })
        .await
    }

    async fn list_invitations_to(
        &self,
        email: PersonIndex,
    ) -> Result<Vec<TeamInvitation>, PortError> {
        self.read("db.teams.list_invitations_to", move |connection| {
            let rows = team_invitations::table
                .filter(team_invitations::email_index.eq(Col(email)))
                .order((team_invitations::created_at, team_invitations::id))
                .select(TeamInvitationRow::as_select())
                .load(connection)?;
            Ok(rows.into_iter().map(TeamInvitation::from).collect())
        })
        .await
    }

    async fn forget_invitations(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError> {
        self.write("db.teams.forget_invitations", move |connection| {
            let old: Vec<Col<InvitationId>> = team_invitations::table
                .filter(team_invitations::created_at.lt(Col(before)))
                .order(team_invitations::created_at)
                .limit(i64::try_from(limit).unwrap_or(i64::MAX))
                .select(team_invitations::id)
                .load(connection)?;
            let old = team_invitations::table.filter(team_invitations::id.eq_any(old));
            Ok(diesel::delete(old).execute(connection)?)
        })
        .await
    }
}

fn write(
    connection: &mut SqliteConnection,
    account: AccountId,
    writes: &TeamWrites,
) -> QueryResult<()> {
    if let Some(invitation) = &writes.invitation {
        diesel::insert_into(team_invitations::table)
            .values(TeamInvitationRow::from(invitation))
            .on_conflict(team_invitations::id)
            .do_update()
            .set(team_invitations::closed_at.eq(Col(invitation.closed_at)))
            .execute(connection)?;
    }
    if let Some(member) = &writes.member {
        diesel::insert_into(memberships::table)
            .values(MembershipRow::from(member))
            .on_conflict((memberships::person_id, memberships::account_id))
            .do_update()
            .set(memberships::role.eq(Col(member.role)))
            .execute(connection)?;
    }
    if let Some(person) = writes.removed {
        diesel::delete(memberships::table.find((Col(person), Col(account)))).execute(connection)?;
    }
    Ok(())
}

fn load(connection: &mut SqliteConnection, account: AccountId) -> QueryResult<Team> {
    let members = memberships::table
        .filter(memberships::account_id.eq(Col(account)))
        .order((memberships::since, memberships::person_id))
        .select(MembershipRow::as_select())
        .load(connection)?;
    let invitations = team_invitations::table
        .filter(team_invitations::account_id.eq(Col(account)))
        .order((team_invitations::created_at, team_invitations::id))
        .select(TeamInvitationRow::as_select())
        .load(connection)?;
    Ok(Team {
        members: members.into_iter().map(Membership::from).collect(),
        invitations: invitations.into_iter().map(TeamInvitation::from).collect(),
    })
}
