//! The operator's staff.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::ids::PersonId;
use crate::person::Person;
use crate::person::staff::{StaffChange, StaffMember, StaffRefusal};
use crate::ports::PortError;

/// Stores who is staff.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Staff: Send + Sync {
    /// Adds a person with a role, and the entry of the audit trail, all or nothing; returns `false`, and adds nothing,
    /// if a person has that mail address already.
    async fn invite_staff(
        &self,
        person: &Person,
        member: &StaffMember,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Makes a change, if [`StaffChange::judge`] allows it among those who are staff at that moment, and adds the entry
    /// of the audit trail, all or nothing. `Conflict` if the person does not exist.
    ///
    /// Changes at the same time MUST be judged one after the other.
    async fn change_staff(
        &self,
        change: &StaffChange,
        entry: &AuditEntry,
    ) -> Result<Result<(), StaffRefusal>, PortError>;

    /// Returns the person's place in the staff.
    async fn find_staff_member(&self, person: PersonId) -> Result<Option<StaffMember>, PortError>;

    /// Returns everybody who is staff, by time and then by id.
    async fn list_staff(&self) -> Result<Vec<StaffMember>, PortError>;
}
