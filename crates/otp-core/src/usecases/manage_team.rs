//! Manage a team: who works in an account, in which role, and who is invited.

use std::sync::Arc;

use uuid::Uuid;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::{AccountId, InvitationId, PersonId};
use crate::notice::{MailNotice, NoticeKind};
use crate::person::permission::AccountAction;
use crate::person::team::{TeamChange, TeamInvitation, TeamRefusal};
use crate::person::{AccountRole, Membership, PersonalDetails, SecurityRecord};
use crate::ports::{Clock, Persons, PortError, Randomness, SecondFactors, Teams};
use crate::recipient::EmailAddress;
use crate::sealing::{InstallationSealer, OpenError};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::resume_session::Viewer;

/// Manages teams.
#[derive(Clone)]
pub struct ManageTeam {
    /// Stores them.
    pub teams: Arc<dyn Teams>,
    /// Finds people.
    pub persons: Arc<dyn Persons>,
    /// Knows who has a second factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Seals and opens mail addresses.
    pub installation: Arc<InstallationSealer>,
    /// Whether the gateway sends mail, and knows its own address, which an invitation names.
    pub sends_invitations: bool,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids and nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// A team, as those who are in it see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTeam {
    /// The people in it, by the time since which they are.
    pub members: Vec<ListedMember>,
    /// The invitations that are open, oldest first.
    pub invitations: Vec<ListedInvitation>,
}

/// A person in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMember {
    /// The person's place in the team.
    pub membership: Membership,
    /// The person's details.
    pub details: PersonalDetails,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
}

/// An invitation that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The mail address.
    pub email: EmailAddress,
    /// The role.
    pub role: AccountRole,
    /// The time from which it can no longer be accepted.
    pub ends_at: Timestamp,
}

/// The reason a team was not changed or listed.
#[derive(Debug, thiserror::Error)]
pub enum ManageTeamError {
    /// The person has no account, or their role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The gateway sends no mail, or does not know its own address.
    #[error("the gateway cannot send an invitation")]
    NoMailServer,
    /// The rule refuses it.
    #[error(transparent)]
    Refused(#[from] TeamRefusal),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ManageTeam {
    /// Invites the person with this address, who need not have signed up before, by a mail in this language.
    pub async fn invite(
        &self,
        viewer: &Viewer,
        (email, role): (&EmailAddress, AccountRole),
        language: UiLanguage,
    ) -> Result<(), ManageTeamError> {
        let account = self.authorise(viewer, AccountAction::ManageTeam)?;
        self.require_fresh(viewer)?;
        if !self.sends_invitations {
            return Err(ManageTeamError::NoMailServer);
        }
        let email_index = self.installation.person_index(email);
        if let Some(person) = self.persons.find_person_by_email(email_index).await? {
            let memberships = self.persons.list_memberships(person.id).await?;
            let mut accounts = memberships.iter().map(|membership| membership.account_id);
            if accounts.any(|other| other == account) {
                return Err(TeamRefusal::AlreadyMember.into());
            }
        }
        let (now, randomness) = (self.clock.now(), &*self.randomness);
        let id = InvitationId::generate(now, randomness);
        let invitation = TeamInvitation {
            id,
            account_id: account,
            email_index,
            email: TeamInvitation::seal(id, email, (&self.installation, randomness)),
            role,
            created_at: now,
            closed_at: None,
        };
        let kind = NoticeKind::TeamInvitation { invitation_id: id };
        let occasion = kind.details();
        let record = SecurityRecord {
            entry: self.entry(viewer, AuditAction::InviteMember, account.0),
            notice: Some(MailNotice::new(
                account,
                kind,
                &occasion,
                Some(language),
                now,
            )),
        };
        let change = TeamChange::Invite(invitation);
        Ok(self.teams.change_team(account, &change, &record).await??)
    }

    /// Withdraws an invitation that is open.
    pub async fn withdraw(
        &self,
        viewer: &Viewer,
        invitation: InvitationId,
    ) -> Result<(), ManageTeamError> {
        let account = self.authorise(viewer, AccountAction::ManageTeam)?;
        let entry = self.entry(viewer, AuditAction::WithdrawInvitation, account.0);
        self.make(account, &TeamChange::Close(invitation), entry)
            .await
    }

    /// Gives a person in the team another role.
    pub async fn change_role(
        &self,
        viewer: &Viewer,
        person: PersonId,
        role: AccountRole,
    ) -> Result<(), ManageTeamError> {
        let account = self.authorise(viewer, AccountAction::ManageTeam)?;
        self.require_fresh(viewer)?;
        let entry = self.entry(viewer, AuditAction::GiveAccountRole, person.0);
        self.make(account, &TeamChange::GiveRole(person, role), entry)
            .await
    }

    /// Removes a person from the team. Everybody may leave; whoever removes another one has to be allowed to.
    pub async fn remove(&self, viewer: &Viewer, person: PersonId) -> Result<(), ManageTeamError> {
        let action = match person == viewer.person.id {
            true => AccountAction::Look,
            false => AccountAction::ManageTeam,
        };
        let account = self.authorise(viewer, action)?;
        self.require_fresh(viewer)?;
        let entry = self.entry(viewer, AuditAction::RemoveMember, person.0);
        self.make(account, &TeamChange::Remove(person), entry).await
    }

    /// Returns the team.
    pub async fn list(&self, viewer: &Viewer) -> Result<ListedTeam, ManageTeamError> {
        let account = self.authorise(viewer, AccountAction::Look)?;
        let team = self.teams.find_team(account).await?;
        let mut members = Vec::with_capacity(team.members.len());
        for membership in team.members {
            let person = self.persons.find_person(membership.person_id).await?;
            let Some(person) = person else {
                continue;
            };
            let details = person.open(&self.installation);
            let factor = self.factors.find_second_factor(person.id).await?;
            members.push(ListedMember {
                membership,
                details: details.map_err(|error| PortError::Backend(error.into()))?,
                has_second_factor: factor.is_some_and(|factor| factor.is_on()),
            });
        }
        let now = self.clock.now();
        let open = team
            .invitations
            .iter()
            .filter(|invitation| invitation.is_open_at(now));
        let invitations = open.map(|invitation| {
            Ok(ListedInvitation {
                id: invitation.id,
                email: invitation.open(&self.installation)?,
                role: invitation.role,
                ends_at: invitation.ends_at(),
            })
        });
        let invitations: Result<_, OpenError> = invitations.collect();
        Ok(ListedTeam {
            members,
            invitations: invitations.map_err(|error| PortError::Backend(error.into()))?,
        })
    }

    async fn make(
        &self,
        account: AccountId,
        change: &TeamChange,
        entry: AuditEntry,
    ) -> Result<(), ManageTeamError> {
        let record = entry.into();
        let changed = self.teams.change_team(account, change, &record);
        Ok(changed.await??)
    }

    fn authorise(
        &self,
        viewer: &Viewer,
        action: AccountAction,
    ) -> Result<AccountId, ManageTeamError> {
        viewer.account_for(action).ok_or(ManageTeamError::Forbidden)
    }

    fn require_fresh(&self, viewer: &Viewer) -> Result<(), ManageTeamError> {
        match viewer.session.is_fresh_at(self.clock.now()) {
            true => Ok(()),
            false => Err(ManageTeamError::NotFresh),
        }
    }

    fn entry(&self, viewer: &Viewer, action: AuditAction, subject: Uuid) -> AuditEntry {
        let (actor, now) = (viewer.person.id.actor(), self.clock.now());
        AuditEntry::new(actor, action, subject, now, &*self.randomness)
    }
}
