//! Promises on the audit trail.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::AuditEntryId;
use otp_core::ports::Storage;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::{START, operator};

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

/// Returns the trail without what [`operator`] and the gateway set up, newest first.
pub async fn audit_entries(store: &dyn Storage) -> Vec<AuditEntry> {
    let mut entries = whole_trail(store).await;
    entries.retain(|entry| ![operator(), Actor::gateway()].contains(&entry.actor));
    entries
}

/// Returns the trail, newest first.
pub(super) async fn whole_trail(store: &dyn Storage) -> Vec<AuditEntry> {
    let listed = store.list_audit_entries(u64::MAX, usize::MAX).await;
    let listed = listed.expect("listed").into_iter();
    listed.map(|chained| chained.entry).collect()
}

/// Reads the chain, and returns its head if it is unbroken.
async fn verified(store: &dyn Storage) -> ChainHead {
    let chain = store.read_audit_chain(0, usize::MAX).await.expect("read");
    let accepted = chain
        .iter()
        .try_fold(ChainHead::EMPTY, |head, next| head.accept(next));
    let head = accepted.expect("unbroken");
    assert_eq!(store.audit_head().await.expect("a head"), head);
    head
}

/// Entries read back as written, newest first, from any place.
pub async fn audit_entries_read_back_newest_first(store: Arc<dyn Storage>) {
    let nothing = store.append_audit_entries(&[]).await;
    nothing.expect("append nothing");
    assert_eq!(verified(&*store).await, ChainHead::EMPTY);
    let entries = [entry(1, 9), entry(3, 2), entry(2, 2)];
    let both = store.append_audit_entries(&entries[..2]).await;
    both.expect("append");
    let last = store.append_audit_entries(&entries[2..]).await;
    last.expect("append");
    assert_eq!(verified(&*store).await.sequence, 3);
    let [first, second, third] = entries;
    let newest_first = [third, second.clone(), first.clone()];
    assert_eq!(audit_entries(&*store).await, newest_first);
    let part = |listed: Vec<ChainedEntry>| -> Vec<_> {
        let part = listed.into_iter();
        part.map(|chained| (chained.sequence, chained.entry))
            .collect()
    };
    let listed = store.list_audit_entries(3, 1).await.expect("list");
    assert_eq!(part(listed), [(2, second.clone())]);
    let read = store.read_audit_chain(0, 2).await.expect("read");
    assert_eq!(part(read), [(1, first), (2, second)]);
    let read = store.read_audit_chain(3, 9).await.expect("read");
    assert_eq!(part(read), []);
}

/// A batch with a known id is appended not even in part.
pub async fn audit_entries_are_appended_all_or_none(store: Arc<dyn Storage>) {
    let known = [entry(1, 1)];
    store.append_audit_entries(&known).await.expect("append");
    let before = verified(&*store).await;
    let batch = [entry(2, 2), entry(1, 3)];
    assert_conflict(store.append_audit_entries(&batch).await);
    assert_eq!(audit_entries(&*store).await, known);
    assert_eq!(verified(&*store).await, before);
}

/// Whoever appends at the same time gets places of their own, and the chain is whole.
pub async fn concurrent_audit_entries_make_one_chain(store: Arc<dyn Storage>) {
    let start = Arc::new(Barrier::new(40));
    let racers = (1..=40_u128).map(|number| {
        let (store, start) = (Arc::clone(&store), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            let entries = [entry(2 * number, 1), entry(2 * number + 1, 1)];
            store.append_audit_entries(&entries).await
        })
    });
    for racer in racers.collect::<Vec<_>>() {
        racer.await.expect("no panic").expect("appended");
    }
    assert_eq!(verified(&*store).await.sequence, 80);
    let ids: BTreeSet<_> = audit_entries(&*store)
        .await
        .iter()
        .map(|entry| entry.id)
        .collect();
    assert_eq!(ids.len(), 80);
}
