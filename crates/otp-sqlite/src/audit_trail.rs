//! The audit trail.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::ports::{AuditTrail, PortError};
use otp_rows::rows::{AuditEntryRow, read_all};
use otp_rows::schema::audit_entries;

use crate::SqliteStore;

#[async_trait]
impl AuditTrail for SqliteStore {
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError> {
        let rows: Vec<_> = entries.iter().map(AuditEntryRow::from).collect();
        self.write("db.audit_trail.append", move |connection| {
            for row in rows {
                diesel::insert_into(audit_entries::table)
                    .values(row)
                    .execute(connection)?;
            }
            Ok(())
        })
        .await
    }

    async fn list_audit_entries(&self, limit: usize) -> Result<Vec<AuditEntry>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.audit_trail.list", move |connection| {
            let rows = audit_entries::table
                .order((audit_entries::at.desc(), audit_entries::id.desc()))
                .limit(limit)
                .select(AuditEntryRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }
}
