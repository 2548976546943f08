//! Plans.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::audit::AuditEntry;
use otp_core::ids::PlanId;
use otp_core::plan::Plan;
use otp_core::ports::{Plans, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{PlanRow, read_all, read_found};
use otp_rows::schema::plans;

use crate::PgStore;
use crate::errors::port_error;

#[async_trait]
impl Plans for PgStore {
    async fn create(&self, plan: &Plan, entry: &AuditEntry) -> Result<(), PortError> {
        let insert = diesel::insert_into(plans::table).values(PlanRow::from(plan));
        self.execute_audited(insert, entry).await?;
        Ok(())
    }

    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError> {
        let row = plans::table
            .find(Col(id))
            .select(PlanRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?)
    }

    async fn retire(
        &self,
        id: PlanId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let plan = plans::table.find(Col(id));
        let not_yet = plan.filter(plans::retired_at.is_null());
        let retire = diesel::update(not_yet).set(plans::retired_at.eq(Col(Some(at))));
        if self.execute_audited(retire, entry).await? {
            return Ok(true);
        }
        // A plan is never deleted, so both statements find the same one.
        Ok(Plans::find(self, id).await?.is_some())
    }

    async fn list(&self) -> Result<Vec<Plan>, PortError> {
        let rows = plans::table
            .order((plans::created_at, plans::id))
            .select(PlanRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}
