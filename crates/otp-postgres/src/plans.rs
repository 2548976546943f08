//! Plans.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
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
    async fn create(&self, plan: &Plan) -> Result<(), PortError> {
        diesel::insert_into(plans::table)
            .values(PlanRow::from(plan))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
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

    async fn retire(&self, id: PlanId, at: Timestamp) -> Result<bool, PortError> {
        let mut connection = self.connection().await?;
        let plan = plans::table.find(Col(id));
        let not_yet = plan.filter(plans::retired_at.is_null());
        diesel::update(not_yet)
            .set(plans::retired_at.eq(Col(Some(at))))
            .execute(&mut connection)
            .await
            .map_err(port_error)?;
        // A plan is never deleted, so both statements find the same one.
        let exists = diesel::select(diesel::dsl::exists(plan));
        exists.get_result(&mut connection).await.map_err(port_error)
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
