//! The verification of the audit trail.

use std::sync::Arc;

use otp_core::audit::chain::{AuditHash, BrokenChain, ChainHead, ChainedEntry};
use otp_core::ports::{AuditTrail as _, MockAuditTrail};
use otp_core::usecases::verify_audit_trail::{VerifyAuditTrail, VerifyAuditTrailError};
use otp_testkit::MemoryStore;
use otp_testkit::contract::audit_trail::entry;

/// Verifies a trail that a database returns in this state.
async fn verify(
    chain: Vec<ChainedEntry>,
    head: ChainHead,
    kept: Option<ChainHead>,
) -> Result<ChainHead, VerifyAuditTrailError> {
    let mut audit = MockAuditTrail::new();
    audit.expect_audit_head().return_once(move || Ok(head));
    audit
        .expect_read_audit_chain()
        .returning(move |after, limit| {
            let later = chain.iter().filter(|entry| entry.sequence > after);
            Ok(later.take(limit).cloned().collect())
        });
    let verify = VerifyAuditTrail {
        audit: Arc::new(audit),
    };
    verify.execute(kept).await
}

fn chain(length: u128) -> Vec<ChainedEntry> {
    ChainHead::EMPTY.append_all((1..=length).map(|number| entry(number, 1)))
}

#[tokio::test]
async fn a_long_trail_is_read_in_batches_to_its_head() {
    let store = MemoryStore::default();
    let entries: Vec<_> = (1..=2_500).map(|number| entry(number, 1)).collect();
    store
        .append_audit_entries(&entries)
        .await
        .expect("appended");
    let verify = VerifyAuditTrail {
        audit: Arc::new(store.clone()),
    };
    let head = verify.execute(None).await.expect("unbroken");
    assert_eq!(head.sequence, 2_500);
    let early = chain(700)[699].head();
    assert_eq!(verify.execute(Some(early)).await.expect("kept"), head);
}

#[tokio::test]
async fn an_empty_trail_is_whole() {
    let verified = verify(Vec::new(), ChainHead::EMPTY, Some(ChainHead::EMPTY)).await;
    assert_eq!(verified.expect("whole"), ChainHead::EMPTY);
}

#[tokio::test]
async fn a_trail_that_lost_its_end_is_cut() {
    let whole = chain(5);
    let head = whole[4].head();
    let cut = verify(whole[..3].to_vec(), head, None).await;
    let expected = VerifyAuditTrailError::Cut {
        found: 3,
        expected: 5,
    };
    assert_eq!(cut.expect_err("cut").to_string(), expected.to_string());
}

#[tokio::test]
async fn an_entry_that_was_changed_is_named() {
    let mut changed = chain(5);
    let head = changed[4].head();
    changed[1].entry.subject = uuid::Uuid::nil();
    let found = verify(changed, head, None).await;
    assert!(
        matches!(
            found,
            Err(VerifyAuditTrailError::Broken(BrokenChain::Changed {
                sequence: 2
            }))
        ),
        "{found:?}"
    );
    let other = ChainHead {
        hash: AuditHash([7; 32]),
        ..head
    };
    let found = verify(chain(5), other, None).await;
    assert!(
        matches!(
            found,
            Err(VerifyAuditTrailError::Broken(BrokenChain::Changed {
                sequence: 5
            }))
        ),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_trail_that_was_written_anew_does_not_contain_the_kept_head() {
    let kept = chain(5)[2].head();
    let anew = ChainHead::EMPTY.append_all((1..=5).map(|number| entry(number, 2)));
    let head = anew[4].head();
    let found = verify(anew, head, Some(kept)).await;
    assert!(
        matches!(
            found,
            Err(VerifyAuditTrailError::NotTheKept { sequence: 3 })
        ),
        "{found:?}"
    );
}
