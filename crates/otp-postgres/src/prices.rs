//! The price list.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use otp_core::audit::AuditEntry;
use otp_core::credits::Credits;
use otp_core::ports::{PortError, Prices};
use otp_core::pricing::PriceKey;
use otp_rows::Col;
use otp_rows::rows::{PriceRow, read_all};
use otp_rows::schema::prices;

use crate::PgStore;
use crate::errors::port_error;

#[async_trait]
impl Prices for PgStore {
    async fn set(
        &self,
        prices: &[(PriceKey, Credits)],
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        // One statement must not set a key twice. Of two prices the later one counts.
        let latest: BTreeMap<_, _> = prices.iter().copied().collect();
        let rows: Vec<_> = latest.into_iter().map(PriceRow::from).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let set = diesel::insert_into(prices::table)
            .values(rows)
            .on_conflict(prices::key)
            .do_update()
            .set(prices::credits.eq(excluded(prices::credits)));
        self.execute_audited(set, entry).await?;
        Ok(())
    }

    async fn unset(&self, key: PriceKey, entry: &AuditEntry) -> Result<bool, PortError> {
        let remove = diesel::delete(prices::table.find(Col(key)));
        self.execute_audited(remove, entry).await
    }

    async fn list(&self) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        let rows = prices::table
            .order(prices::key)
            .select(PriceRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        let mut prices: Vec<(PriceKey, Credits)> = read_all(rows)?;
        // The server's collation may order letters and digits differently.
        prices.sort_unstable_by_key(|(key, _)| *key);
        Ok(prices)
    }
}
