//! The port `ApiKeys`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::api_key::ApiKey;
use otp_core::ids::{AccountId, ApiKeyId};
use otp_core::ports::{ApiKeys, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{ApiKeyRow, read_all, read_found};
use otp_rows::schema::api_keys;

use crate::PgStore;
use crate::errors::{conflict, port_error};
use crate::statement::statement;
use crate::transaction::Transaction;

statement! {
    /// Keeps the time of an earlier revocation.
    RevokeKey { at: Timestamp, id: ApiKeyId },
    "UPDATE api_keys SET revoked_at = coalesce(revoked_at, {}) WHERE id = {}"
}

#[async_trait]
impl ApiKeys for PgStore {
    async fn create(&self, key: &ApiKey) -> Result<(), PortError> {
        diesel::insert_into(api_keys::table)
            .values(ApiKeyRow::from(key))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
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

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, PortError> {
        let revoke = RevokeKey {
            at: Col(at),
            id: Col(id),
        };
        let revoked = revoke.execute(&mut self.connection().await?).await;
        Ok(revoked.map_err(port_error)? > 0)
    }

    async fn replace(
        &self,
        old: ApiKeyId,
        old_expires_at: Timestamp,
        successor: &ApiKey,
    ) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        transaction.begin().await.map_err(port_error)?;
        let replaced = replace(transaction.connection(), old, old_expires_at, successor).await;
        transaction.finish(replaced).await
    }
}

async fn replace(
    mut connection: &AsyncPgConnection,
    old: ApiKeyId,
    old_expires_at: Timestamp,
    successor: &ApiKey,
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
    Ok(())
}
