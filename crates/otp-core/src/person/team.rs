//! Teams: the people of an account, and who is invited to it.
//!
//! An invitation is for a mail address. Whoever proves that the address is theirs may accept it, so the mail about it
//! contains no secret.

use std::time::Duration;

use super::{AccountRole, Membership, Person};
use crate::ids::{AccountId, InvitationId, PersonId};
use crate::ports::Randomness;
use crate::recipient::EmailAddress;
use crate::sealing::{InstallationSealer, OpenError, PersonIndex, Purpose, Sealed};
use crate::time::Timestamp;

/// How long an invitation can be accepted. It is deleted afterwards, whatever became of it.
pub const INVITATION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The most people in a team, those who are invited included.
pub const MOST_IN_TEAM: usize = 20;

/// The most people whom an account invites within the lifetime of an invitation, whatever becomes of the invitations: so
/// no account makes the gateway send mail to strangers without end.
pub const MOST_INVITED: usize = 20;

/// An invitation to the team of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The account.
    pub account_id: AccountId,
    /// The blind index of the mail address.
    pub email_index: PersonIndex,
    /// The mail address, sealed with the installation's key: whoever is invited need not have an account.
    pub email: Sealed,
    /// The role that the person gets.
    pub role: AccountRole,
    /// The time of the invitation.
    pub created_at: Timestamp,
    /// The time at which it was accepted, declined or withdrawn.
    pub closed_at: Option<Timestamp>,
}

impl TeamInvitation {
    /// Seals the mail address of the invitation with this id.
    pub fn seal(
        id: InvitationId,
        email: &EmailAddress,
        (sealer, randomness): (&InstallationSealer, &dyn Randomness),
    ) -> Sealed {
        let row = id.0.as_bytes();
        sealer.seal(Purpose::InvitedEmail, row, email.as_str(), randomness)
    }

    /// Opens the mail address.
    pub fn open(&self, sealer: &InstallationSealer) -> Result<EmailAddress, OpenError> {
        let row = self.id.0.as_bytes();
        let email = sealer.open(Purpose::InvitedEmail, row, &self.email)?;
        EmailAddress::parse(&email).map_err(|_| OpenError::Damaged)
    }

    /// Returns the time from which it can no longer be accepted.
    pub fn ends_at(&self) -> Timestamp {
        self.created_at + INVITATION_LIFETIME
    }

    /// Returns whether it can be accepted.
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.closed_at.is_none() && now < self.ends_at()
    }
}

/// A team, as it is when a change is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    /// The people in it, by the time since which they are, and then by id.
    pub members: Vec<Membership>,
    /// The invitations that are kept, oldest first.
    pub invitations: Vec<TeamInvitation>,
}

/// A change in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamChange {
    /// Somebody is invited.
    Invite(TeamInvitation),
    /// An invitation is withdrawn or declined.
    Close(InvitationId),
    /// A person accepts an invitation.
    Join(InvitationId, PersonId),
    /// A person accepts an invitation by signing up. The store adds the person, too.
    SignUp(InvitationId, Box<Person>),
    /// A person in the team gets another role.
    GiveRole(PersonId, AccountRole),
    /// A person leaves the team, or is removed from it.
    Remove(PersonId),
}

/// The reason a change in a team is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TeamRefusal {
    /// The person is not in the team.
    #[error("this person is not in the team")]
    NotMember,
    /// Nobody could give roles any more.
    #[error("the last owner stays: make another person owner first")]
    LastOwner,
    /// The person is in the team.
    #[error("this person is in the team already")]
    AlreadyMember,
    /// The address has an invitation that is open.
    #[error("this address is invited already")]
    AlreadyInvited,
    /// The team is as large as a team may be.
    #[error("the team is full")]
    Full,
    /// Too many were invited lately.
    #[error("too many invitations within a week")]
    TooManyInvitations,
    /// There is no such invitation, or it is no longer open.
    #[error("the invitation is over")]
    InvitationOver,
    /// A person has this address already.
    #[error("a person has this address already")]
    AddressTaken,
}

/// The rows that a store writes for a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamWrites {
    /// The invitation to add, or to write again.
    pub invitation: Option<TeamInvitation>,
    /// The membership to add, or to write again.
    pub member: Option<Membership>,
    /// The person whose membership is deleted.
    pub removed: Option<PersonId>,
}

impl Team {
    /// Judges a change that is made now: returns what it writes.
    pub fn judge(&self, change: &TeamChange, now: Timestamp) -> Result<TeamWrites, TeamRefusal> {
        match change {
            TeamChange::Invite(invitation) => self.invite(invitation, now),
            TeamChange::Close(id) => self.close(*id, now),
            TeamChange::Join(id, person) => self.join(*id, *person, now),
            TeamChange::SignUp(id, person) => self.join(*id, person.id, now),
            TeamChange::GiveRole(person, role) => {
                let member = self.member(*person).ok_or(TeamRefusal::NotMember)?;
                self.require_owner_without(*person, Some(*role))?;
                Ok(TeamWrites {
                    member: Some(Membership {
                        role: *role,
                        ..*member
                    }),
                    ..TeamWrites::default()
                })
            }
            TeamChange::Remove(person) => {
                self.member(*person).ok_or(TeamRefusal::NotMember)?;
                self.require_owner_without(*person, None)?;
                Ok(TeamWrites {
                    removed: Some(*person),
                    ..TeamWrites::default()
                })
            }
        }
    }

    fn member(&self, person: PersonId) -> Option<&Membership> {
        let mut members = self.members.iter();
        members.find(|member| member.person_id == person)
    }

    fn invite(
        &self,
        invitation: &TeamInvitation,
        now: Timestamp,
    ) -> Result<TeamWrites, TeamRefusal> {
        let open = || self.invitations.iter().filter(|one| one.is_open_at(now));
        if open().any(|one| one.email_index == invitation.email_index) {
            return Err(TeamRefusal::AlreadyInvited);
        }
        if self.members.len() + open().count() >= MOST_IN_TEAM {
            return Err(TeamRefusal::Full);
        }
        let recent = self.invitations.iter().filter(|one| now < one.ends_at());
        if recent.count() >= MOST_INVITED {
            return Err(TeamRefusal::TooManyInvitations);
        }
        Ok(TeamWrites {
            invitation: Some(invitation.clone()),
            ..TeamWrites::default()
        })
    }

    fn close(&self, id: InvitationId, now: Timestamp) -> Result<TeamWrites, TeamRefusal> {
        let mut invitations = self.invitations.iter();
        let found = invitations.find(|one| one.id == id && one.is_open_at(now));
        let found = found.ok_or(TeamRefusal::InvitationOver)?;
        Ok(TeamWrites {
            invitation: Some(TeamInvitation {
                closed_at: Some(now),
                ..found.clone()
            }),
            ..TeamWrites::default()
        })
    }

    fn join(
        &self,
        id: InvitationId,
        person_id: PersonId,
        now: Timestamp,
    ) -> Result<TeamWrites, TeamRefusal> {
        let closed = self.close(id, now)?;
        if self.member(person_id).is_some() {
            return Err(TeamRefusal::AlreadyMember);
        }
        let invitation = closed.invitation.as_ref();
        let member = invitation.map(|invitation| Membership {
            person_id,
            account_id: invitation.account_id,
            role: invitation.role,
            since: now,
        });
        Ok(TeamWrites { member, ..closed })
    }

    /// Refuses a change after which an account that has an owner would have none.
    fn require_owner_without(
        &self,
        person: PersonId,
        role: Option<AccountRole>,
    ) -> Result<(), TeamRefusal> {
        let is_owner = |member: &&Membership| member.role == AccountRole::Owner;
        let has_owner = self.members.iter().any(|member| is_owner(&member));
        let mut others = self
            .members
            .iter()
            .filter(|member| member.person_id != person);
        let stays = role == Some(AccountRole::Owner) || others.any(|member| is_owner(&member));
        if has_owner && !stays {
            Err(TeamRefusal::LastOwner)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
