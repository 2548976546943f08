//! The operator's staff.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::ids::PersonId;
use otp_core::person::Person;
use otp_core::person::staff::{StaffChange, StaffMember, StaffRefusal};
use otp_core::ports::{PortError, Staff};
use otp_rows::Col;
use otp_rows::rows::{PersonRow, StaffRow};
use otp_rows::schema::staff;

use crate::SqliteStore;
use crate::audit_trail::append;
use crate::persons::insert_person;

#[async_trait]
impl Staff for SqliteStore {
    async fn invite_staff(
        &self,
        person: &Person,
        member: &StaffMember,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let (person, entry) = (PersonRow::from(person), entry.clone());
        let member = StaffRow::from(member);
        self.write("db.staff.invite", move |connection| {
            if !insert_person(connection, person)? {
                return Ok(false);
            }
            diesel::insert_into(staff::table)
                .values(member)
                .execute(connection)?;
            append(connection, [entry])?;
            Ok(true)
        })
        .await
    }

    async fn change_staff(
        &self,
        change: &StaffChange,
        entry: &AuditEntry,
    ) -> Result<Result<(), StaffRefusal>, PortError> {
        let (change, entry) = (*change, entry.clone());
        self.write("db.staff.change", move |connection| {
            if let Err(refusal) = change.judge(&list(connection)?) {
                return Ok(Err(refusal));
            }
            diesel::delete(staff::table.find(Col(change.person_id()))).execute(connection)?;
            if let StaffChange::Give(member) = &change {
                diesel::insert_into(staff::table)
                    .values(StaffRow::from(member))
                    .execute(connection)?;
            }
            append(connection, [entry])?;
            Ok(Ok(()))
        })
        .await
    }

    async fn find_staff_member(&self, person: PersonId) -> Result<Option<StaffMember>, PortError> {
        self.read("db.staff.find", move |connection| {
            let row = staff::table
                .find(Col(person))
                .select(StaffRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(StaffMember::from))
        })
        .await
    }

    async fn list_staff(&self) -> Result<Vec<StaffMember>, PortError> {
        self.read("db.staff.list", |connection| Ok(list(connection)?))
            .await
    }
}

fn list(connection: &mut SqliteConnection) -> QueryResult<Vec<StaffMember>> {
    let rows = staff::table
        .order((staff::since, staff::person_id))
        .select(StaffRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(StaffMember::from).collect())
}
