//! Tests of the cached keys that sign proofs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use otp_core::ports::{MockProofKeys, ProofKeys};
use otp_core::proof::RotationKind;
use otp_hot_path::{CachedProofKeys, TIME_TO_LIVE};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::contract::proof_keys::rotate_proof_key;

#[tokio::test]
async fn many_proofs_cost_one_look_up() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let mut keys = MockProofKeys::new();
    keys.expect_list_proof_keys().returning(move || {
        seen.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::from([]))
    });
    let cached = CachedProofKeys::new(Arc::new(keys));
    for _ in 0..100 {
        cached.list_proof_keys().await.expect("listed");
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_rotation_of_another_process_takes_effect_within_a_second() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let rotate = rotate_proof_key(&fixture);
    rotate.execute_if_absent().await.expect("a key");
    let cached = CachedProofKeys::new(fixture.store.clone());
    let before = cached.list_proof_keys().await.expect("listed");
    let added = rotate.execute(RotationKind::Immediate).await;
    let added = added.expect("rotated");
    let mut listed = before;
    let deadline = std::time::Instant::now() + TIME_TO_LIVE + Duration::from_millis(500);
    while !listed.contains(&added) {
        assert!(std::time::Instant::now() < deadline, "it is still cached");
        tokio::task::yield_now().await;
        listed = cached.list_proof_keys().await.expect("listed");
    }
    assert!(listed[0].revoked_at.is_some());
}
