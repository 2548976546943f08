//! The keys that sign proofs: how they are made, listed and published.

use std::sync::Arc;

use otp_core::proof::{ProofKeyState, PublishedProofKey, RotationKind};
use otp_core::usecases::list_proof_keys::ListProofKeys;
use otp_core::usecases::publish_proof_keys::PublishProofKeys;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::contract::proof_keys::rotate_proof_key;

/// The number and the state of every key.
async fn listed(fixture: &Fixture) -> Vec<(u32, ProofKeyState)> {
    let list = ListProofKeys {
        keys: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    let listed = list.execute().await.expect("listed");
    let listed = listed.into_iter().map(|(key, state)| (key.number, state));
    listed.collect()
}

async fn published(fixture: &Fixture) -> Vec<PublishedProofKey> {
    let publish = PublishProofKeys {
        keys: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    publish.execute().await.expect("published")
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_until_it_is_revoked() {
    use ProofKeyState::{Next, Retired, Revoked, Signing};
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let rotate = rotate_proof_key(&fixture);
    assert_eq!(
        (listed(&fixture).await, published(&fixture).await),
        (vec![], vec![])
    );
    let first = rotate.execute_if_absent().await.expect("a key");
    let again = rotate.execute_if_absent().await.expect("a key");
    assert_eq!((again.id, first.number), (first.id, 1));
    assert_eq!(listed(&fixture).await, [(1, Signing)]);

    let next = rotate.execute(RotationKind::Announced).await;
    let next = next.expect("rotated");
    assert_eq!(listed(&fixture).await, [(1, Signing), (2, Next)]);
    let both = [first.published(), next.published()];
    assert_eq!(published(&fixture).await, both);
    fixture
        .clock
        .advance(next.active_from.since(next.created_at));
    assert_eq!(listed(&fixture).await, [(1, Retired), (2, Signing)]);
    assert_eq!(published(&fixture).await, both);

    let last = rotate.execute(RotationKind::Immediate).await;
    let last = last.expect("rotated");
    let states = [(1, Revoked), (2, Revoked), (3, Signing)];
    assert_eq!(listed(&fixture).await, states);
    assert_eq!(published(&fixture).await, [last.published()]);
}
