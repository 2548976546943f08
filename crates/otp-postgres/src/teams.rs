//! The teams of accounts.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, InvitationId};
use otp_core::person::team::{Team, TeamChange, TeamInvitation, TeamRefusal, TeamWrites};
use otp_core::person::{Membership, SecurityRecord};
use otp_core::ports::{PortError, Teams};
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{MembershipRow, TeamInvitationRow};
use otp_rows::schema::{memberships, team_invitations};

use crate::PgStore;
use crate::errors::port_error;
use crate::persons::{add_person, keep_record};
use crate::pipeline::try_join;
use crate::send_ledger::lock_accounts;
use crate::transaction::Transaction;

#[async_trait]
impl Teams for PgStore {
    async fn change_team(
        &self,
        account: AccountId,
        change: &TeamChange,
        record: &SecurityRecord,
    ) -> Result<Result<(), TeamRefusal>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let changed = make(&transaction, account, change, record).await;
        transaction.finish(changed.map_err(port_error)).await
    }

    async fn find_team(&self, account: AccountId) -> Result<Team, PortError> {
        let connection = self.connection().await?;
        load(&connection, account).await.map_err(port_error)
    }

    async fn find_invitation(&self, id: InvitationId) -> Result<Option<TeamInvitation>, PortError> {
        let row = team_invitations::table
            .find(Col(id))
            .select(TeamInvitationRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(TeamInvitation::from))
    }

    async fn list_invitations_to(
        &self,
        email: PersonIndex,
    ) -> Result<Vec<TeamInvitation>, PortError> {
        let rows = team_invitations::table
            .filter(team_invitations::email_index.eq(Col(email)))
            .order((team_invitations::created_at, team_invitations::id))
            .select(TeamInvitationRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(rows.into_iter().map(TeamInvitation::from).collect())
    }

    async fn forget_invitations(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError> {
        let connection = &mut self.connection().await?;
        let old: Vec<Col<InvitationId>> = team_invitations::table
            .filter(team_invitations::created_at.lt(Col(before)))
            .order(team_invitations::created_at)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(team_invitations::id)
            .load(connection)
            .await
            .map_err(port_error)?;
        let old = team_invitations::table.filter(team_invitations::id.eq_any(old));
        let forgotten = diesel::delete(old).execute(connection).await;
        forgotten.map_err(port_error)
    }
}

async fn make(
    transaction: &Transaction,
    account: AccountId,
    change: &TeamChange,
    record: &SecurityRecord,
) -> QueryResult<Result<(), TeamRefusal>> {
    let accounts = BTreeSet::from([account]);
    let locked = lock_accounts(transaction.connection(), &accounts);
    try_join(transaction.begin(), locked).await?;
    let team = load(transaction.connection(), account).await?;
    let writes = match team.judge(change, record.entry.at) {
        Ok(writes) => writes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let TeamChange::SignUp(_, person) = change
        && !add_person(transaction.connection(), person).await?
    {
        return Ok(Err(TeamRefusal::AddressTaken));
    }
    write(transaction, account, &writes).await?;
    keep_record(transaction.connection(), record).await?;
    Ok(Ok(()))
}

async fn write(
    transaction: &Transaction,
    account: AccountId,
    writes: &TeamWrites,
) -> QueryResult<()> {
    let mut connection = transaction.connection();
    if let Some(invitation) = &writes.invitation {
        diesel::insert_into(team_invitations::table)
            .values(TeamInvitationRow::from(invitation))
            .on_conflict(team_invitations::id)
            .do_update()
            .set(team_invitations::closed_at.eq(Col(invitation.closed_at)))
            .execute(&mut connection)
            .await?;
    }
    if let Some(member) = &writes.member {
        diesel::insert_into(memberships::table)
            .values(MembershipRow::from(member))
            .on_conflict((memberships::person_id, memberships::account_id))
            .do_update()
            .set(memberships::role.eq(Col(member.role)))
            .execute(&mut connection)
            .await?;
    }
    if let Some(person) = writes.removed {
        diesel::delete(memberships::table.find((Col(person), Col(account))))
            .execute(&mut connection)
            .await?;
    }
    Ok(())
}

async fn load(connection: &AsyncPgConnection, account: AccountId) -> QueryResult<Team> {
    let (mut first, mut second) = (connection, connection);
    let members = memberships::table
        .filter(memberships::account_id.eq(Col(account)))
        .order((memberships::since, memberships::person_id))
        .select(MembershipRow::as_select())
        .load(&mut first);
    let invitations = team_invitations::table
        .filter(team_invitations::account_id.eq(Col(account)))
        .order((team_invitations::created_at, team_invitations::id))
        .select(TeamInvitationRow::as_select())
        .load(&mut second);
    let (members, invitations) = try_join(members, invitations).await?;
    Ok(Team {
        members: members.into_iter().map(Membership::from).collect(),
        invitations: invitations.into_iter().map(TeamInvitation::from).collect(),
    })
}
