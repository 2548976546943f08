//! The audit trail.

use diesel::prelude::*;
use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::AuditEntryId;
use otp_core::time::Timestamp;
use uuid::Uuid;

use crate::Col;
use crate::schema::audit_entries;

/// An entry of the audit trail.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries)]
pub struct AuditEntryRow {
    id: Col<AuditEntryId>,
    at: Col<Timestamp>,
    actor: Col<Actor>,
    action: Col<AuditAction>,
    subject: Col<Uuid>,
}

impl From<&AuditEntry> for AuditEntryRow {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: Col(entry.id),
            at: Col(entry.at),
            actor: Col(entry.actor.clone()),
            action: Col(entry.action),
            subject: Col(entry.subject),
        }
    }
}

impl From<AuditEntryRow> for AuditEntry {
    fn from(row: AuditEntryRow) -> Self {
        Self {
            id: row.id.0,
            at: row.at.0,
            actor: row.actor.0,
            action: row.action.0,
            subject: row.subject.0,
        }
    }
}
