//! The operator's staff.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::audit::AuditEntry;
use otp_core::ids::PersonId;
use otp_core::person::Person;
use otp_core::person::staff::{StaffChange, StaffMember, StaffRefusal};
use otp_core::ports::{PortError, Staff};
use otp_rows::Col;
use otp_rows::rows::StaffRow;
use otp_rows::schema::staff;

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::persons::insert_person;
use crate::transaction::Transaction;

/// Begins a transaction in which nobody else changes the staff: one after the other is judged.
const BEGIN_ALONE: &str = "BEGIN; LOCK TABLE staff IN EXCLUSIVE MODE";

#[async_trait]
impl Staff for PgStore {
    async fn invite_staff(
        &self,
        person: &Person,
        member: &StaffMember,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let invited = invite(&transaction, person, member, entry).await;
        transaction.finish(invited.map_err(port_error)).await
    }

    async fn change_staff(
        &self,
        change: &StaffChange,
        entry: &AuditEntry,
    ) -> Result<Result<(), StaffRefusal>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let changed = make(&transaction, change, entry).await;
        transaction.finish(changed.map_err(port_error)).await
    }

    async fn find_staff_member(&self, person: PersonId) -> Result<Option<StaffMember>, PortError> {
        let row = staff::table
            .find(Col(person))
            .select(StaffRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(StaffMember::from))
    }

    async fn list_staff(&self) -> Result<Vec<StaffMember>, PortError> {
        let connection = self.connection().await?;
        list(&connection).await.map_err(port_error)
    }
}

async fn invite(
    transaction: &Transaction,
    person: &Person,
    member: &StaffMember,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    if !insert_person(transaction, person).await? {
        return Ok(false);
    }
    let mut connection = transaction.connection();
    diesel::insert_into(staff::table)
        .values(StaffRow::from(member))
        .execute(&mut connection)
        .await?;
    append(connection, [entry.clone()]).await?;
    Ok(true)
}

async fn make(
    transaction: &Transaction,
    change: &StaffChange,
    entry: &AuditEntry,
) -> QueryResult<Result<(), StaffRefusal>> {
    transaction.begin_with(BEGIN_ALONE).await?;
    let mut connection = transaction.connection();
    if let Err(refusal) = change.judge(&list(connection).await?) {
        return Ok(Err(refusal));
    }
    diesel::delete(staff::table.find(Col(change.person_id())))
        .execute(&mut connection)
        .await?;
    if let StaffChange::Give(member) = change {
        diesel::insert_into(staff::table)
            .values(StaffRow::from(member))
            .execute(&mut connection)
            .await?;
    }
    append(connection, [entry.clone()]).await?;
    Ok(Ok(()))
}

async fn list(mut connection: &AsyncPgConnection) -> QueryResult<Vec<StaffMember>> {
    let rows = staff::table
        .order((staff::since, staff::person_id))
        .select(StaffRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(StaffMember::from).collect())
}
