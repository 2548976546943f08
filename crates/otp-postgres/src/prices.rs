//! The price list.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::audit::AuditEntry;
use otp_core::credits::Credits;
use otp_core::ports::{PortError, Prices};
use otp_core::pricing::{PriceChange, PriceKey};
use otp_rows::Col;
use otp_rows::rows::{PriceRow, read_all};
use otp_rows::schema::prices;

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::transaction::Transaction;

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

    async fn replace_prices(
        &self,
        changes: &[PriceChange],
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        transaction.begin().await.map_err(port_error)?;
        let replaced = replace(transaction.connection(), changes, entry).await;
        match replaced.map_err(port_error) {
            Ok(false) => {
                transaction.roll_back().await;
                Ok(false)
            }
            replaced => transaction.finish(replaced).await,
        }
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

/// Replaces prices, and returns whether each was the one that its change names.
async fn replace(
    mut connection: &AsyncPgConnection,
    changes: &[PriceChange],
    entry: &AuditEntry,
) -> QueryResult<bool> {
    // In the order of keys, or two lists with the same keys could wait for each other.
    let changes: BTreeMap<_, _> = changes.iter().map(|change| (change.key, change)).collect();
    for (key, change) in &changes {
        let replaced = match change.before {
            Some(before) => {
                let as_seen = prices::table.filter(prices::credits.eq(Col(before)));
                diesel::update(as_seen.filter(prices::key.eq(Col(*key))))
                    .set(prices::credits.eq(Col(change.after)))
                    .execute(&mut connection)
                    .await?
            }
            None => {
                diesel::insert_into(prices::table)
                    .values(PriceRow::from((*key, change.after)))
                    .on_conflict(prices::key)
                    .do_nothing()
                    .execute(&mut connection)
                    .await?
            }
        };
        if replaced == 0 {
            return Ok(false);
        }
    }
    if changes.values().any(|change| change.is_change()) {
        append(connection, [entry.clone()]).await?;
    }
    Ok(true)
}
