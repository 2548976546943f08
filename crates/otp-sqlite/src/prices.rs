//! The international pricing table.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::credits::Credits;
use otp_core::ports::{PortError, Prices};
use otp_core::region::Region;
use serde_json::json;

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::rows::read_credits;
use crate::schema::prices;
use crate::set_based::{SetBased, set_based};

/// `WHERE true` keeps SQLite from reading `ON CONFLICT` as the `ON` of a join.
const SET: &str = "
    INSERT INTO prices (region, credits)
    SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
    ON CONFLICT (region) DO UPDATE SET credits = excluded.credits";

#[async_trait]
impl Prices for SqliteStore {
    async fn set(&self, prices: &[(Region, Credits)]) -> Result<(), PortError> {
        let rows = prices
            .iter()
            .map(|(region, credits)| json!([region.as_str(), credits.get()]));
        let set: SetBased = set_based(SET, rows);
        self.write("db.prices.set", move |connection| {
            set.execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list(&self) -> Result<Vec<(Region, Credits)>, PortError> {
        self.read("db.prices.list", load).await
    }
}

/// The table, in the order of regions.
pub(crate) fn load(
    connection: &mut SqliteConnection,
) -> Result<Vec<(Region, Credits)>, StoreError> {
    let rows: Vec<(String, i64)> = prices::table.order(prices::region).load(connection)?;
    let read = |(region, amount): (String, i64)| {
        let region = Region::parse(&region).map_err(|_| StoreError::Unreadable("prices.region"))?;
        Ok((region, read_credits(amount, "prices.credits")?))
    };
    rows.into_iter().map(read).collect()
}
