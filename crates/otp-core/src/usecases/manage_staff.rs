//! Manage staff: who of the operator's people signs in, and in which role.

use std::sync::Arc;

use crate::account::ContactLine;
use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::PersonId;
use crate::person::permission::StaffAction;
use crate::person::session::SessionToken;
use crate::person::staff::{StaffChange, StaffMember, StaffRefusal, StaffRole};
use crate::person::{Person, PersonalDetails};
use crate::ports::{Passwords, Persons, PortError, SecondFactors, Staff};
use crate::recipient::EmailAddress;
use crate::sealing::InstallationSealer;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::add_person::unknown_password;
use crate::usecases::sign_in_by_link::SignInByLink;
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Manages staff.
#[derive(Clone)]
pub struct ManageStaff {
    /// Stores who is staff.
    pub staff: Arc<dyn Staff>,
    /// Finds people.
    pub persons: Arc<dyn Persons>,
    /// Knows who has a second factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Hashes a first password, which nobody knows.
    pub passwords: Arc<dyn Passwords>,
    /// Seals and opens the details of people.
    pub installation: Arc<InstallationSealer>,
    /// Makes the link by which a person signs in first. Has the clock and the randomness.
    pub links: SignInByLink,
}

/// A person who is invited.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The mail address.
    pub email: EmailAddress,
    /// The name; `None` if only the address is known.
    pub name: Option<ContactLine>,
    /// The language of the person's mails.
    pub language: UiLanguage,
    /// The role.
    pub role: StaffRole,
}

/// A member of the staff, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStaff {
    /// The place in the staff.
    pub member: StaffMember,
    /// The person's details.
    pub details: PersonalDetails,
    /// Whether they have a second factor. Without one they cannot act.
    pub has_second_factor: bool,
}

/// The reason the staff was not changed or listed.
#[derive(Debug, thiserror::Error)]
pub enum ManageStaffError {
    /// The role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// Nobody has this address or id.
    #[error("no such person")]
    PersonNotFound,
    /// The rule refuses it.
    #[error(transparent)]
    Refused(#[from] StaffRefusal),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

has_refusals_of_staff!(ManageStaffError);

impl ManageStaff {
    /// Gives a role to the person with this address, who need not have signed up before. Returns the token of a link
    /// that signs the person in once.
    pub async fn invite(
        &self,
        by: StaffActor<'_>,
        invited: Invitation,
    ) -> Result<SessionToken, ManageStaffError> {
        let actor = self.manager(by)?;
        let index = self.installation.person_index(&invited.email);
        let found = self.persons.find_person_by_email(index).await?;
        let id = match found {
            Some(person) => {
                self.give_role(actor, person.id, invited.role).await?;
                person.id
            }
            None => self.invite_new(actor, invited).await?,
        };
        Ok(self.links.create(id).await?)
    }

    /// Gives a person of the staff another role.
    pub async fn change_role(
        &self,
        by: StaffActor<'_>,
        person: PersonId,
        role: StaffRole,
    ) -> Result<(), ManageStaffError> {
        let actor = self.manager(by)?;
        let member = self.staff.find_staff_member(person).await?;
        member.ok_or(StaffRefusal::NotStaff)?;
        self.give_role(actor, person, role).await
    }

    /// Takes a person out of the staff. They sign in as before, and no longer reach the pages of staff.
    pub async fn remove(
        &self,
        by: StaffActor<'_>,
        person: PersonId,
    ) -> Result<(), ManageStaffError> {
        let actor = self.manager(by)?;
        let change = StaffChange::Remove(person);
        self.make(&change, actor, AuditAction::RemoveStaff).await
    }

    /// Returns everybody who is staff, by the time of their role.
    pub async fn list(&self, by: StaffActor<'_>) -> Result<Vec<ListedStaff>, ManageStaffError> {
        let actor = by.authorise(StaffAction::LookAtStaff);
        actor.ok_or(ManageStaffError::Forbidden)?;
        let mut listed = Vec::new();
        for member in self.staff.list_staff().await? {
            let person = self.persons.find_person(member.person_id).await?;
            let person = person.ok_or(ManageStaffError::PersonNotFound)?;
            let details = person.open(&self.installation);
            let details = details.map_err(|error| PortError::Backend(error.into()))?;
            let factor = self.factors.find_second_factor(member.person_id).await?;
            listed.push(ListedStaff {
                member,
                details,
                has_second_factor: factor.is_some_and(|factor| factor.is_on()),
            });
        }
        Ok(listed)
    }

    /// Returns the person with this address.
    pub async fn find_person(&self, email: &EmailAddress) -> Result<PersonId, ManageStaffError> {
        let index = self.installation.person_index(email);
        let person = self.persons.find_person_by_email(index).await?;
        let person = person.ok_or(ManageStaffError::PersonNotFound)?;
        Ok(person.id)
    }

    async fn invite_new(
        &self,
        actor: Actor,
        invited: Invitation,
    ) -> Result<PersonId, ManageStaffError> {
        let (now, randomness) = (self.now(), &*self.links.begin_session.randomness);
        let id = PersonId::generate(now, randomness);
        let password = unknown_password(&*self.passwords, randomness).await?;
        let name = match invited.name {
            Some(name) => name,
            None => name_of(&invited.email)?,
        };
        let details = PersonalDetails {
            email: invited.email,
            name,
        };
        let sealing = (&*self.installation, randomness);
        let person = Person::seal((id, &details, password), invited.language, now, sealing);
        let member = StaffMember {
            person_id: id,
            role: invited.role,
            since: now,
        };
        let entry = self.entry(actor, AuditAction::InviteStaff, id);
        if self.staff.invite_staff(&person, &member, &entry).await? {
            return Ok(id);
        }
        // Somebody signed up with the address a moment ago.
        let found = self
            .persons
            .find_person_by_email(person.email_index)
            .await?;
        let person = found.ok_or(ManageStaffError::PersonNotFound)?.id;
        self.give_role(entry.actor, person, invited.role).await?;
        Ok(person)
    }

    async fn give_role(
        &self,
        actor: Actor,
        person_id: PersonId,
        role: StaffRole,
    ) -> Result<(), ManageStaffError> {
        let change = StaffChange::Give(StaffMember {
            person_id,
            role,
            since: self.now(),
        });
        self.make(&change, actor, AuditAction::GiveStaffRole).await
    }

    async fn make(
        &self,
        change: &StaffChange,
        actor: Actor,
        action: AuditAction,
    ) -> Result<(), ManageStaffError> {
        let entry = self.entry(actor, action, change.person_id());
        Ok(self.staff.change_staff(change, &entry).await??)
    }

    /// Returns who acts, if they may manage the staff.
    fn manager(&self, by: StaffActor<'_>) -> Result<Actor, ManageStaffError> {
        Ok(by.authorise_fresh(StaffAction::ManageStaff, self.now())?)
    }

    fn entry(&self, actor: Actor, action: AuditAction, person: PersonId) -> AuditEntry {
        let at = self.now();
        AuditEntry::new(
            actor,
            action,
            person.0,
            at,
            &*self.links.begin_session.randomness,
        )
    }

    fn now(&self) -> Timestamp {
        self.links.begin_session.clock.now()
    }
}

/// Returns the part of an address before the @ as a name.
fn name_of(email: &EmailAddress) -> Result<ContactLine, PortError> {
    let local = email.as_str().split('@').next().unwrap_or_default();
    ContactLine::parse(local).map_err(|error| PortError::Backend(error.into()))
}
