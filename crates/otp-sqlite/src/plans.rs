//! Plans.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::PlanId;
use otp_core::plan::Plan;
use otp_core::ports::{Plans, PortError};

use crate::SqliteStore;
use crate::rows::{Id, PlanRow, read_all};
use crate::schema::plans;

#[async_trait]
impl Plans for SqliteStore {
    async fn create(&self, plan: &Plan) -> Result<(), PortError> {
        let row = PlanRow::from(plan);
        self.write("db.plans.create", move |connection| {
            diesel::insert_into(plans::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError> {
        self.read("db.plans.find", move |connection| {
            let row = plans::table
                .find(Id(id.0))
                .select(PlanRow::as_select())
                .first(connection)
                .optional()?;
            row.map(Plan::try_from).transpose()
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Plan>, PortError> {
        self.read("db.plans.list", |connection| {
            let rows = plans::table
                .order((plans::created_at, plans::id))
                .select(PlanRow::as_select())
                .load(connection)?;
            read_all(rows)
        })
        .await
    }
}
