//! The international pricing table.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use otp_core::credits::Credits;
use otp_core::ports::{PortError, Prices};
use otp_core::region::Region;

use crate::PgStore;
use crate::errors::{Unreadable, port_error};
use crate::rows::{read_credits, written_credits};
use crate::schema::prices;

#[async_trait]
impl Prices for PgStore {
    async fn set(&self, prices: &[(Region, Credits)]) -> Result<(), PortError> {
        // One statement must not set a region twice; of two prices the later one is meant.
        let latest: BTreeMap<_, _> = prices.iter().copied().collect();
        let rows: Vec<_> = latest
            .iter()
            .map(|(region, credits)| {
                (
                    prices::region.eq(region.as_str()),
                    prices::credits.eq(written_credits(*credits)),
                )
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        diesel::insert_into(prices::table)
            .values(rows)
            .on_conflict(prices::region)
            .do_update()
            .set(prices::credits.eq(excluded(prices::credits)))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list(&self) -> Result<Vec<(Region, Credits)>, PortError> {
        let rows = prices::table
            .order(prices::region)
            .load::<(String, i32)>(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        let mut prices = Vec::with_capacity(rows.len());
        for (region, credits) in rows {
            let region = Region::parse(&region).map_err(|_| Unreadable("prices.region"))?;
            prices.push((region, read_credits(credits, "prices.credits")?));
        }
        // The server's collation may order letters and digits in its own way.
        prices.sort_unstable_by_key(|(region, _)| *region);
        Ok(prices)
    }
}
