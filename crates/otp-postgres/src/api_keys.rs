//! The port `ApiKeys`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::api_key::ApiKey;
use otp_core::audit::AuditEntry;
use otp_core::ids::{AccountId, ApiKeyId};
use otp_core::ports::{ApiKeys, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{ApiKeyRow, read_all, read_found};
use otp_rows::schema::api_keys;

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::{conflict, port_error};
use crate::transaction::Transaction;

#[async_trait]
impl ApiKeys for PgStore {
    async fn create(&self, key: &ApiKey, entry: &AuditEntry) -> Result<(), PortError> {
        let insert = diesel::insert_into(api_keys::table).values(ApiKeyRow::from(key));
        self.execute_audited(insert, entry).await?;
        Ok(())
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, PortError> {
        let row = api_keys::table
            .find(Col(id))
            .select(ApiKeyRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?)
    }

    async fn list(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError> {
        let rows = api_keys::table
            .filter(api_keys::account_id.eq(Col(account)))
            .order((api_keys::created_at, api_keys::id))
            .select(ApiKeyRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn list_expiring(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ApiKey>, PortError> {
        let rows = api_keys::table
            .filter(api_keys::expires_at.gt(Col(Some(after))))
            .filter(api_keys::expires_at.le(Col(Some(until))))
            .filter(api_keys::revoked_at.is_null())
            .order((api_keys::expires_at, api_keys::id))
            .select(ApiKeyRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn revoke(
        &self,
        id: ApiKeyId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let key = api_keys::table.find(Col(id));
        let not_yet = key.filter(api_keys::revoked_at.is_null());
        let revoke = diesel::update(not_yet).set(api_keys::revoked_at.eq(Col(Some(at))));
        if self.execute_audited(revoke, entry).await? {
            return Ok(true);
        }
        // A key is never deleted, so both statements find the same one.
        Ok(ApiKeys::find(self, id).await?.is_some())
    }

    async fn keep_uses(&self, uses: &[(ApiKeyId, Timestamp)]) -> Result<(), PortError> {
        let mut by_day: BTreeMap<Timestamp, Vec<Col<ApiKeyId>>> = BTreeMap::new();
        for (id, day) in uses {
            by_day.entry(*day).or_default().push(Col(*id));
        }
        let mut connection = self.connection().await?;
        for (day, ids) in by_day {
            let earlier = api_keys::last_used_on
                .is_null()
                .or(api_keys::last_used_on.lt(Col(Some(day))));
            let used = api_keys::table.filter(api_keys::id.eq_any(ids));
            diesel::update(used.filter(earlier))
                .set(api_keys::last_used_on.eq(Col(Some(day))))
                .execute(&mut connection)
                .await
                .map_err(port_error)?;
        }
        Ok(())
    }

    async fn replace(
        &self,
        old: ApiKeyId,
        old_expires_at: Timestamp,
        successor: &ApiKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        transaction.begin().await.map_err(port_error)?;
        let connection = transaction.connection();
        let replaced = replace(connection, (old, old_expires_at), successor, entry).await;
        transaction.finish(replaced).await
    }
}

async fn replace(
    mut connection: &AsyncPgConnection,
    (old, old_expires_at): (ApiKeyId, Timestamp),
    successor: &ApiKey,
    entry: &AuditEntry,
) -> Result<(), PortError> {
    let ended = diesel::update(api_keys::table.find(Col(old)))
        .set(api_keys::expires_at.eq(Col(Some(old_expires_at))))
        .execute(&mut connection)
        .await
        .map_err(port_error)?;
    if ended == 0 {
        return Err(conflict("the API key to be replaced does not exist"));
    }
    diesel::insert_into(api_keys::table)
        .values(ApiKeyRow::from(successor))
        .execute(&mut connection)
        .await
        .map_err(port_error)?;
    append(connection, [entry.clone()])
        .await
        .map_err(port_error)
}
