//! The port `ApiKeys`.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::api_key::ApiKey;
use otp_core::audit::AuditEntry;
use otp_core::ids::{AccountId, ApiKeyId};
use otp_core::ports::{ApiKeys, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{ApiKeyRow, read_all, read_found};
use otp_rows::schema::api_keys;

use crate::SqliteStore;
use crate::audit_trail::{append, append_if_changed};
use crate::errors::StoreError;

#[async_trait]
impl ApiKeys for SqliteStore {
    async fn create(&self, key: &ApiKey, entry: &AuditEntry) -> Result<(), PortError> {
        let (row, entry) = (ApiKeyRow::from(key), entry.clone());
        self.write("db.api_keys.create", move |connection| {
            diesel::insert_into(api_keys::table)
                .values(row)
                .execute(connection)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, PortError> {
        self.read("db.api_keys.find", move |connection| {
            let row = api_keys::table
                .find(Col(id))
                .select(ApiKeyRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?)
        })
        .await
    }

    async fn list(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError> {
        self.read("db.api_keys.list", move |connection| {
            let rows = api_keys::table
                .filter(api_keys::account_id.eq(Col(account)))
                .order((api_keys::created_at, api_keys::id))
                .select(ApiKeyRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn list_expiring(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ApiKey>, PortError> {
        self.read("db.api_keys.list_expiring", move |connection| {
            let rows = api_keys::table
                .filter(api_keys::expires_at.gt(Col(Some(after))))
                .filter(api_keys::expires_at.le(Col(Some(until))))
                .filter(api_keys::revoked_at.is_null())
                .order((api_keys::expires_at, api_keys::id))
                .select(ApiKeyRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn revoke(
        &self,
        id: ApiKeyId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let entry = entry.clone();
        self.write("db.api_keys.revoke", move |connection| {
            let key = api_keys::table.find(Col(id));
            let not_yet = key.filter(api_keys::revoked_at.is_null());
            let revoked = diesel::update(not_yet)
                .set(api_keys::revoked_at.eq(Col(Some(at))))
                .execute(connection)?;
            append_if_changed(connection, revoked, entry)?;
            Ok(diesel::select(diesel::dsl::exists(key)).get_result(connection)?)
        })
        .await
    }

    async fn keep_uses(&self, uses: &[(ApiKeyId, Timestamp)]) -> Result<(), PortError> {
        let uses = uses.to_vec();
        self.write("db.api_keys.keep_uses", move |connection| {
            for (id, day) in uses {
                let earlier = api_keys::last_used_on
                    .is_null()
                    .or(api_keys::last_used_on.lt(Col(Some(day))));
                diesel::update(api_keys::table.find(Col(id)).filter(earlier))
                    .set(api_keys::last_used_on.eq(Col(Some(day))))
                    .execute(connection)?;
            }
            Ok(())
        })
        .await
    }

    async fn replace(
        &self,
        old: ApiKeyId,
        old_expires_at: Timestamp,
        successor: &ApiKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let (row, entry) = (ApiKeyRow::from(successor), entry.clone());
        self.write("db.api_keys.replace", move |connection| {
            let expired = diesel::update(api_keys::table.find(Col(old)))
                .set(api_keys::expires_at.eq(Col(Some(old_expires_at))))
                .execute(connection)?;
            if expired == 0 {
                return Err(StoreError::Missing("API key to replace"));
            }
            diesel::insert_into(api_keys::table)
                .values(row)
                .execute(connection)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }
}
