//! Promises on the audit trail.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::AuditEntryId;
use otp_core::ports::Storage;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::START;

/// An entry with this id, at this second of the tests' time.
pub fn entry(number: u128, second: u64) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId(Uuid::from_u128(number)),
        at: START + Duration::from_secs(second),
        actor: Actor::parse("Amal, أمل (uid 1000)").expect("an actor"),
        action: AuditAction::RevealRecipient,
        subject: Uuid::from_u128(number + 100),
    }
}

/// Entries read back as written, newest first.
pub async fn audit_entries_read_back_newest_first(store: Arc<dyn Storage>) {
    let nothing = store.append_audit_entries(&[]).await;
    nothing.expect("append nothing");
    let (first, second, third) = (entry(1, 1), entry(3, 2), entry(2, 2));
    let both = [first.clone(), second.clone()];
    store.append_audit_entries(&both).await.expect("append");
    let last = std::slice::from_ref(&third);
    store.append_audit_entries(last).await.expect("append");
    let listed = store.list_audit_entries(9).await.expect("list");
    assert_eq!(listed, [second.clone(), third.clone(), first]);
    let two = store.list_audit_entries(2).await.expect("list");
    assert_eq!(two, [second, third]);
}

/// A batch with a known id is appended not even in part.
pub async fn audit_entries_are_appended_all_or_none(store: Arc<dyn Storage>) {
    let known = [entry(1, 1)];
    store.append_audit_entries(&known).await.expect("append");
    let batch = [entry(2, 2), entry(1, 3)];
    assert_conflict(store.append_audit_entries(&batch).await);
    let listed = store.list_audit_entries(9).await.expect("list");
    assert_eq!(listed, known);
}
