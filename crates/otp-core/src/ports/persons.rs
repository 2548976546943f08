//! Persons.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::ids::PersonId;
use crate::person::password::PasswordHash;
use crate::person::session::Session;
use crate::person::{Membership, NewHolder, Person, SecurityRecord};
use crate::ports::PortError;
use crate::sealing::{PersonIndex, Sealed};
use crate::ui_language::UiLanguage;

/// Stores the people who sign in.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Persons: Send + Sync {
    /// Adds a person, an account with its key, the person's membership and the entry of the audit trail, all or
    /// nothing; returns `false`, and adds nothing, if a person has that mail address already.
    ///
    /// Of several calls with one address at the same time, one MUST add, and the others return `false`.
    async fn open_account(&self, new: &NewHolder, entry: &AuditEntry) -> Result<bool, PortError>;

    /// Adds a person with a membership, and the entry of the audit trail, all or nothing; returns `false`, and adds
    /// nothing, if a person has that mail address already. `Conflict` if the account does not exist.
    async fn join_account(
        &self,
        person: &Person,
        membership: &Membership,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Returns the person with this id.
    async fn find_person(&self, id: PersonId) -> Result<Option<Person>, PortError>;

    /// Returns the person with this mail address.
    async fn find_person_by_email(&self, email: PersonIndex) -> Result<Option<Person>, PortError>;

    /// Returns the memberships of a person, oldest first.
    async fn list_memberships(&self, person: PersonId) -> Result<Vec<Membership>, PortError>;

    /// Replaces the password, ends all sessions of the person but `keep`, deletes their sign-in links and adds the
    /// record, all or nothing; returns `false`, and changes nothing, if the person does not exist, or if
    /// `keep` was ended or renewed meanwhile.
    async fn set_password(
        &self,
        person: PersonId,
        password: &PasswordHash,
        keep: Option<Session>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError>;

    /// Replaces the name, sealed, and the language; returns `false` if the person does not exist.
    async fn set_details(
        &self,
        person: PersonId,
        name: &Sealed,
        language: UiLanguage,
    ) -> Result<bool, PortError>;

    /// Replaces the hash of a password by another one of the same password, unless the password was replaced
    /// meanwhile.
    async fn rehash_password(
        &self,
        person: PersonId,
        before: &PasswordHash,
        after: &PasswordHash,
    ) -> Result<(), PortError>;
}
