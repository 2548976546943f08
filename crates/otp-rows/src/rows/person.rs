//! Persons, their memberships, who is invited, and who is staff.

use diesel::prelude::*;
use otp_core::ids::{AccountId, InvitationId, PersonId};
use otp_core::person::password::PasswordHash;
use otp_core::person::staff::{StaffMember, StaffRole};
use otp_core::person::team::TeamInvitation;
use otp_core::person::{AccountRole, Membership, Person};
use otp_core::sealing::{PersonIndex, Sealed};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;

use crate::Col;
use crate::schema::{memberships, persons, staff, team_invitations};

/// A person.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = persons)]
pub struct PersonRow {
    id: Col<PersonId>,
    email_index: Col<PersonIndex>,
    email: Col<Sealed>,
    name: Col<Sealed>,
    password: Col<PasswordHash>,
    language: Col<UiLanguage>,
    created_at: Col<Timestamp>,
}

impl From<&Person> for PersonRow {
    fn from(person: &Person) -> Self {
        Self {
            id: Col(person.id),
            email_index: Col(person.email_index),
            email: Col(person.email.clone()),
            name: Col(person.name.clone()),
            password: Col(person.password.clone()),
            language: Col(person.language),
            created_at: Col(person.created_at),
        }
    }
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id.0,
            email_index: row.email_index.0,
            email: row.email.0,
            name: row.name.0,
            password: row.password.0,
            language: row.language.0,
            created_at: row.created_at.0,
        }
    }
}

/// A membership.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
pub struct MembershipRow {
    person_id: Col<PersonId>,
    account_id: Col<AccountId>,
    role: Col<AccountRole>,
    since: Col<Timestamp>,
}

impl From<&Membership> for MembershipRow {
    fn from(membership: &Membership) -> Self {
        Self {
            person_id: Col(membership.person_id),
            account_id: Col(membership.account_id),
            role: Col(membership.role),
            since: Col(membership.since),
        }
    }
}

impl From<MembershipRow> for Membership {
    fn from(row: MembershipRow) -> Self {
        Self {
            person_id: row.person_id.0,
            account_id: row.account_id.0,
            role: row.role.0,
            since: row.since.0,
        }
    }
}

/// An invitation to a team.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = team_invitations)]
pub struct TeamInvitationRow {
    id: Col<InvitationId>,
    account_id: Col<AccountId>,
    email_index: Col<PersonIndex>,
    email: Col<Sealed>,
    role: Col<AccountRole>,
    created_at: Col<Timestamp>,
    closed_at: Col<Option<Timestamp>>,
}

impl From<&TeamInvitation> for TeamInvitationRow {
    fn from(invitation: &TeamInvitation) -> Self {
        Self {
            id: Col(invitation.id),
            account_id: Col(invitation.account_id),
            email_index: Col(invitation.email_index),
            email: Col(invitation.email.clone()),
            role: Col(invitation.role),
            created_at: Col(invitation.created_at),
            closed_at: Col(invitation.closed_at),
        }
    }
}

impl From<TeamInvitationRow> for TeamInvitation {
    fn from(row: TeamInvitationRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            email_index: row.email_index.0,
            email: row.email.0,
            role: row.role.0,
            created_at: row.created_at.0,
            closed_at: row.closed_at.0,
        }
    }
}

/// A person's place in the staff.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = staff)]
pub struct StaffRow {
    person_id: Col<PersonId>,
    role: Col<StaffRole>,
    since: Col<Timestamp>,
}

impl From<&StaffMember> for StaffRow {
    fn from(member: &StaffMember) -> Self {
        Self {
            person_id: Col(member.person_id),
            role: Col(member.role),
            since: Col(member.since),
        }
    }
}

impl From<StaffRow> for StaffMember {
    fn from(row: StaffRow) -> Self {
        Self {
            person_id: row.person_id.0,
            role: row.role.0,
            since: row.since.0,
        }
    }
}
