//! The audit trail.

use diesel::prelude::*;
use otp_core::audit::chain::{AuditHash, ChainHead, ChainedEntry};
use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::AuditEntryId;
use otp_core::time::Timestamp;
use uuid::Uuid;

use crate::Col;
use crate::schema::{audit_entries, audit_head};

/// An entry of the audit trail.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries)]
pub struct AuditEntryRow {
    sequence: Col<u64>,
    id: Col<AuditEntryId>,
    at: Col<Timestamp>,
    actor: Col<Actor>,
    action: Col<AuditAction>,
    subject: Col<Uuid>,
    hash: Col<AuditHash>,
}

impl From<ChainedEntry> for AuditEntryRow {
    fn from(chained: ChainedEntry) -> Self {
        let entry = chained.entry;
        Self {
            sequence: Col(chained.sequence),
            id: Col(entry.id),
            at: Col(entry.at),
            actor: Col(entry.actor),
            action: Col(entry.action),
            subject: Col(entry.subject),
            hash: Col(chained.hash),
        }
    }
}

impl From<AuditEntryRow> for ChainedEntry {
    fn from(row: AuditEntryRow) -> Self {
        Self {
            sequence: row.sequence.0,
            entry: AuditEntry {
                id: row.id.0,
                at: row.at.0,
                actor: row.actor.0,
                action: row.action.0,
                subject: row.subject.0,
            },
            hash: row.hash.0,
        }
    }
}

/// The head of the audit trail.
#[derive(Queryable, Selectable, AsChangeset)]
#[diesel(table_name = audit_head)]
pub struct AuditHeadRow {
    sequence: Col<u64>,
    hash: Col<AuditHash>,
}

impl From<ChainHead> for AuditHeadRow {
    fn from(head: ChainHead) -> Self {
        Self {
            sequence: Col(head.sequence),
            hash: Col(head.hash),
        }
    }
}

impl From<AuditHeadRow> for ChainHead {
    fn from(row: AuditHeadRow) -> Self {
        Self {
            sequence: row.sequence.0,
            hash: row.hash.0,
        }
    }
}
