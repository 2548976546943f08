//! The audit trail.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::audit::AuditEntry;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::ports::{AuditTrail, PortError};
use otp_rows::Col;
use otp_rows::rows::{AuditEntryRow, AuditHeadRow, read_all};
use otp_rows::schema::{audit_entries, audit_head};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join;
use crate::transaction::Transaction;

#[async_trait]
impl AuditTrail for PgStore {
    async fn append_audit_entries(&self, entries: &[AuditEntry]) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let appended = async {
            transaction.begin().await?;
            append(transaction.connection(), entries.iter().cloned()).await
        };
        let appended = appended.await;
        transaction.finish(appended.map_err(port_error)).await
    }

    async fn list_audit_entries(
        &self,
        before: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let rows = audit_entries::table
            .filter(audit_entries::sequence.lt(Col(before)))
            .order(audit_entries::sequence.desc())
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(AuditEntryRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn read_audit_chain(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ChainedEntry>, PortError> {
        let rows = audit_entries::table
            .filter(audit_entries::sequence.gt(Col(after)))
            .order(audit_entries::sequence)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(AuditEntryRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn audit_head(&self) -> Result<ChainHead, PortError> {
        let row = audit_head::table
            .select(AuditHeadRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(row.into())
    }
}

impl PgStore {
    /// Executes a statement and appends its entry, both or neither. A statement that changed no row has no entry.
    pub(crate) async fn execute_audited(
        &self,
        statement: impl QueryFragment<Pg> + QueryId + Send,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let executed = async {
            let mut connection = transaction.connection();
            let executed = statement.execute(&mut connection);
            let ((), changed) = try_join(transaction.begin(), executed).await?;
            append_if_changed(transaction.connection(), changed, entry).await
        };
        let executed = executed.await;
        transaction.finish(executed.map_err(port_error)).await
    }
}

/// Appends the entry of a statement that changed this number of rows, unless it changed none. Returns whether it changed
/// any.
pub(crate) async fn append_if_changed(
    connection: &AsyncPgConnection,
    changed: usize,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    if changed > 0 {
        append(connection, [entry.clone()]).await?;
    }
    Ok(changed > 0)
}

/// Appends entries, as the last statements of the transaction of what they are about: whoever appends waits here for
/// the end of the others.
pub(crate) async fn append(
    mut connection: &AsyncPgConnection,
    entries: impl IntoIterator<Item = AuditEntry>,
) -> QueryResult<()> {
    let mut entries = entries.into_iter().peekable();
    if entries.peek().is_none() {
        // Without an entry, nobody has to wait for the head.
        return Ok(());
    }
    let head = audit_head::table
        .select(AuditHeadRow::as_select())
        .for_update()
        .first(&mut connection)
        .await?;
    let head = ChainHead::from(head);
    let chained = head.append_all(entries);
    let last = chained.last().map_or(head, ChainedEntry::head);
    let rows: Vec<_> = chained.into_iter().map(AuditEntryRow::from).collect();
    diesel::insert_into(audit_entries::table)
        .values(rows)
        .execute(&mut connection)
        .await?;
    diesel::update(audit_head::table)
        .set(AuditHeadRow::from(last))
        .execute(&mut connection)
        .await?;
    Ok(())
}
