//! The audit trail.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::audit::AuditEntry;
use otp_core::ports::{AuditTrail, PortError};
use otp_rows::rows::{AuditEntryRow, read_all};
use otp_rows::schema::audit_entries;

use crate::PgStore;
use crate::errors::port_error;

#[async_trait]
impl AuditTrail for PgStore {
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError> {
        let rows: Vec<_> = entries.iter().map(AuditEntryRow::from).collect();
        if rows.is_empty() {
            return Ok(());
        }
        diesel::insert_into(audit_entries::table)
            .values(rows)
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_audit_entries(&self, limit: usize) -> Result<Vec<AuditEntry>, PortError> {
        let rows = audit_entries::table
            .order((audit_entries::at.desc(), audit_entries::id.desc()))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(AuditEntryRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}
