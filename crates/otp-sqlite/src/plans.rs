//! Plans.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::ids::PlanId;
use otp_core::plan::Plan;
use otp_core::ports::{Plans, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{PlanRow, read_all, read_found};
use otp_rows::schema::plans;

use crate::SqliteStore;
use crate::audit_trail::{append, append_if_changed};

#[async_trait]
impl Plans for SqliteStore {
    async fn create(&self, plan: &Plan, entry: &AuditEntry) -> Result<(), PortError> {
        let (row, entry) = (PlanRow::from(plan), entry.clone());
        self.write("db.plans.create", move |connection| {
            diesel::insert_into(plans::table)
                .values(row)
                .execute(connection)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }

    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError> {
        self.read("db.plans.find", move |connection| {
            let row = plans::table
                .find(Col(id))
                .select(PlanRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?)
        })
        .await
    }

    async fn retire(
        &self,
        id: PlanId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let entry = entry.clone();
        self.write("db.plans.retire", move |connection| {
            let plan = plans::table.find(Col(id));
            let not_yet = plan.filter(plans::retired_at.is_null());
            let retired = diesel::update(not_yet)
                .set(plans::retired_at.eq(Col(Some(at))))
                .execute(connection)?;
            append_if_changed(connection, retired, entry)?;
            Ok(diesel::select(diesel::dsl::exists(plan)).get_result(connection)?)
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Plan>, PortError> {
        self.read("db.plans.list", |connection| {
            let rows = plans::table
                .order((plans::created_at, plans::id))
                .select(PlanRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }
}
