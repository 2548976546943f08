//! The audit trail.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::ports::{AuditTrail, PortError};
use otp_rows::Col;
use otp_rows::rows::{AuditEntryRow, AuditHeadRow, read_all};
use otp_rows::schema::{audit_entries, audit_head};

use crate::SqliteStore;

#[async_trait]
impl AuditTrail for SqliteStore {
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError> {
        let entries = entries.to_vec();
        self.write("db.audit_trail.append", move |connection| {
            Ok(append(connection, entries)?)
        })
        .await
    }

    async fn list_audit_entries(
        &self,
        before: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.audit_trail.list", move |connection| {
            let rows = audit_entries::table
                .filter(audit_entries::sequence.lt(Col(before)))
                .order(audit_entries::sequence.desc())
                .limit(limit)
                .select(AuditEntryRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn read_audit_chain(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.audit_trail.read_chain", move |connection| {
            let rows = audit_entries::table
                .filter(audit_entries::sequence.gt(Col(after)))
                .order(audit_entries::sequence)
                .limit(limit)
                .select(AuditEntryRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn audit_head(&self) -> Result<ChainHead, PortError> {
        self.read("db.audit_trail.head", |connection| Ok(head(connection)?))
            .await
    }
}

/// Appends the entry of a statement that changed this number of rows, unless it changed none. Returns whether it changed
/// any.
pub(crate) fn append_if_changed(
    connection: &mut SqliteConnection,
    changed: usize,
    entry: AuditEntry,
) -> QueryResult<bool> {
    if changed > 0 {
        append(connection, [entry])?;
    }
    Ok(changed > 0)
}

/// Appends entries, in the transaction of what they are about. There is one writer at a time.
pub(crate) fn append(
    connection: &mut SqliteConnection,
    entries: impl IntoIterator<Item = AuditEntry>,
) -> QueryResult<()> {
    let mut entries = entries.into_iter().peekable();
    if entries.peek().is_none() {
        return Ok(());
    }
    let head = head(connection)?;
    let chained = head.append_all(entries);
    let last = chained.last().map_or(head, ChainedEntry::head);
    for entry in chained {
        diesel::insert_into(audit_entries::table)
            .values(AuditEntryRow::from(entry))
            .execute(connection)?;
    }
    diesel::update(audit_head::table)
        .set(AuditHeadRow::from(last))
        .execute(connection)?;
    Ok(())
}

fn head(connection: &mut SqliteConnection) -> QueryResult<ChainHead> {
    let row = audit_head::table
        .select(AuditHeadRow::as_select())
        .first(connection)?;
    Ok(row.into())
}
