//! The price list.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::credits::Credits;
use otp_core::ports::{PortError, Prices};
use otp_core::pricing::{PriceChange, PriceKey};
use otp_rows::Col;
use otp_rows::rows::{PriceRow, read_all};
use otp_rows::schema::prices;
use serde_json::json;

use crate::SqliteStore;
use crate::audit_trail::append_if_changed;
use crate::errors::StoreError;
use crate::set_based::set_based;

/// `WHERE true` prevents SQLite from reading `ON CONFLICT` as the `ON` of a join.
const SET: &str = "
    INSERT INTO prices (key, credits)
    SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
    ON CONFLICT (key) DO UPDATE SET credits = excluded.credits";

#[async_trait]
impl Prices for SqliteStore {
    async fn set(
        &self,
        prices: &[(PriceKey, Credits)],
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let rows = prices
            .iter()
            .map(|(key, credits)| json!([key.as_str(), credits.get()]));
        let (set, entry) = (set_based(SET, rows), entry.clone());
        self.write("db.prices.set", move |connection| {
            let changed = set.execute(connection)?;
            append_if_changed(connection, changed, entry)?;
            Ok(())
        })
        .await
    }

    async fn replace_prices(
        &self,
        changes: &[PriceChange],
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let (changes, entry) = (changes.to_vec(), entry.clone());
        self.write("db.prices.replace", move |connection| {
            // The writer is the only one, so nothing changes between the look and the change.
            let table: BTreeMap<_, _> = load(connection)?.into_iter().collect();
            let is_as_seen =
                |change: &PriceChange| table.get(&change.key).copied() == change.before;
            if !changes.iter().all(is_as_seen) {
                return Ok(false);
            }
            let changed = changes.iter().filter(|change| change.is_change());
            let rows = changed.map(|change| json!([change.key.as_str(), change.after.get()]));
            let changed = set_based(SET, rows).execute(connection)?;
            append_if_changed(connection, changed, entry)?;
            Ok(true)
        })
        .await
    }

    async fn unset(&self, key: PriceKey, entry: &AuditEntry) -> Result<bool, PortError> {
        let entry = entry.clone();
        self.write("db.prices.unset", move |connection| {
            let removed = diesel::delete(prices::table.find(Col(key))).execute(connection)?;
            Ok(append_if_changed(connection, removed, entry)?)
        })
        .await
    }

    async fn list(&self) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        self.read("db.prices.list", load).await
    }
}

/// Loads the list, in the order of keys.
pub(crate) fn load(
    connection: &mut SqliteConnection,
) -> Result<Vec<(PriceKey, Credits)>, StoreError> {
    let rows: Vec<PriceRow> = prices::table
        .order(prices::key)
        .select(PriceRow::as_select())
        .load(connection)?;
    Ok(read_all(rows)?)
}
