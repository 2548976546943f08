//! The operator's staff in memory.

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::ids::PersonId;
use otp_core::person::Person;
use otp_core::person::staff::{StaffChange, StaffMember, StaffRefusal};
use otp_core::ports::{PortError, Staff};

use super::{MemoryStore, conflict};

#[async_trait]
impl Staff for MemoryStore {
    async fn invite_staff(
        &self,
        person: &Person,
        member: &StaffMember,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        if !state.people.add(person) {
            return Ok(false);
        }
        state.staff.push(*member);
        state.append_audit(entry);
        Ok(true)
    }

    async fn change_staff(
        &self,
        change: &StaffChange,
        entry: &AuditEntry,
    ) -> Result<Result<(), StaffRefusal>, PortError> {
        let mut state = self.state();
        if let Err(refusal) = change.judge(&state.staff) {
            return Ok(Err(refusal));
        }
        let person = change.person_id();
        if !state.people.has(person) {
            return Err(conflict("the person does not exist"));
        }
        state.staff.retain(|member| member.person_id != person);
        if let StaffChange::Give(member) = change {
            state.staff.push(*member);
        }
        state.append_audit(entry);
        Ok(Ok(()))
    }

    async fn find_staff_member(&self, person: PersonId) -> Result<Option<StaffMember>, PortError> {
        let state = self.state();
        let mut staff = state.staff.iter();
        Ok(staff.find(|member| member.person_id == person).copied())
    }

    async fn list_staff(&self) -> Result<Vec<StaffMember>, PortError> {
        let mut staff = self.state().staff.clone();
        staff.sort_by_key(|member| (member.since, member.person_id));
        Ok(staff)
    }
}
