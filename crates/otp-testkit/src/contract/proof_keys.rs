//! Promises on the keys that sign proofs.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::ProofKeyId;
use otp_core::ports::Storage;
use otp_core::proof::{
    ProofKey, ProofKeyRotation, ProofPublicKey, ProofSecret, RotationKind, RotationUnderWay,
};
use otp_core::time::Timestamp;
use otp_core::usecases::rotate_proof_key::{RotateProofKey, RotateProofKeyError};
use tokio::sync::Barrier;

use super::fixture::{Fixture, START};
use crate::{PlainKeyPairs, SeededRandomness};

/// Rotates the keys of a fixture.
pub fn rotate_proof_key(fixture: &Fixture) -> RotateProofKey {
    RotateProofKey {
        keys: fixture.store.clone(),
        pairs: Arc::new(PlainKeyPairs),
        installation: Arc::clone(&fixture.installation),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    }
}

/// Plans a rotation of these keys.
fn planned(fixture: &Fixture, keys: &[ProofKey], now: Timestamp) -> ProofKeyRotation {
    let id = ProofKeyId::generate(now, &*fixture.randomness);
    let secret = ProofSecret::generate(&*fixture.randomness);
    let sealed = secret.seal(id, &fixture.installation, &*fixture.randomness);
    let new = (id, ProofPublicKey(*secret.expose()), sealed);
    ProofKeyRotation::plan(keys, RotationKind::Announced, now, new).expect("none is under way")
}

async fn listed(fixture: &Fixture) -> Vec<ProofKey> {
    let keys = fixture.store.list_proof_keys().await;
    keys.expect("listed").to_vec()
}

/// Keys read back as written, oldest first, and their secret halves open.
pub async fn proof_keys_read_back_oldest_first(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    assert_eq!(listed(&fixture).await, []);
    let mut keys = Vec::new();
    for minutes in [0, 20, 40] {
        let rotation = planned(&fixture, &keys, START + Duration::from_secs(minutes * 60));
        let done = fixture.store.rotate_proof_keys(&rotation).await;
        assert!(done.expect("rotated"));
        keys = rotation.apply(&keys);
        assert_eq!(listed(&fixture).await, keys);
    }
    for key in keys {
        let opened = ProofSecret::open(key.id, &key.secret, &fixture.installation);
        assert_eq!(*opened.expect("opens").expose(), key.public_key.0);
        let elsewhere = ProofKeyId::generate(START, &*fixture.randomness);
        let moved = ProofSecret::open(elsewhere, &key.secret, &fixture.installation);
        assert!(moved.is_err(), "it is bound to its row");
    }
}

/// A rotation retires, revokes and forgets the keys that it names.
pub async fn a_rotation_changes_what_it_names_and_nothing_else(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let rotate = rotate_proof_key(&fixture);
    let first = rotate.execute_if_absent().await.expect("a key");
    assert_eq!(rotate.execute_if_absent().await.expect("a key"), first);

    fixture.clock.advance(Duration::from_secs(3_600));
    let second = rotate.execute(RotationKind::Announced).await;
    let second = second.expect("rotated");
    let retired = ProofKey {
        retired_at: Some(second.active_from),
        ..first
    };
    assert_eq!(listed(&fixture).await, [retired.clone(), second.clone()]);
    let again = rotate.execute(RotationKind::Announced).await;
    let signs_from = second.active_from;
    assert!(
        matches!(again, Err(RotateProofKeyError::UnderWay(under_way)) if under_way == RotationUnderWay { signs_from }),
        "{again:?}"
    );

    let third = rotate.execute(RotationKind::Immediate).await;
    let third = third.expect("rotated");
    let revoked = |key: &ProofKey| ProofKey {
        revoked_at: Some(third.created_at),
        ..key.clone()
    };
    let expected = [revoked(&retired), revoked(&second), third.clone()];
    assert_eq!(listed(&fixture).await, expected);

    let fourth = rotate.execute(RotationKind::Announced).await;
    let numbers: Vec<_> = listed(&fixture)
        .await
        .iter()
        .map(|key| key.number)
        .collect();
    assert_eq!(numbers, [3, fourth.expect("rotated").number]);
}

/// A rotation that was planned before another one changes nothing.
pub async fn a_rotation_of_older_keys_changes_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let rotate = rotate_proof_key(&fixture);
    rotate.execute_if_absent().await.expect("a key");
    let known = listed(&fixture).await;
    let late = planned(&fixture, &known, START + Duration::from_secs(60));
    assert!(!late.ended.is_empty());
    rotate
        .execute(RotationKind::Immediate)
        .await
        .expect("rotated");
    let before = listed(&fixture).await;
    let done = fixture.store.rotate_proof_keys(&late).await;
    assert!(!done.expect("no failure"));
    assert_eq!(listed(&fixture).await, before);
}

/// Of many processes that start at the same time, all sign with one key.
pub async fn racers_agree_on_the_first_proof_key(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let start = Arc::new(Barrier::new(10));
    let racers = (0..10).map(|seed| {
        let rotate = RotateProofKey {
            randomness: Arc::new(SeededRandomness::new(1_000 + seed)),
            ..rotate_proof_key(&fixture)
        };
        let start = Arc::clone(&start);
        tokio::spawn(async move {
            start.wait().await;
            rotate.execute_if_absent().await.expect("a key")
        })
    });
    let racers: Vec<_> = racers.collect();
    let mut agreed = Vec::new();
    for racer in racers {
        agreed.push(racer.await.expect("no racer panics"));
    }
    let [stored] = &listed(&fixture).await[..] else {
        panic!("not one key");
    };
    assert!(agreed.iter().all(|key| key == stored), "{agreed:?}");
}

/// Of many announced rotations at the same time one adds a key, and the others find it.
pub async fn of_many_rotations_at_the_same_time_one_succeeds(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let rotate = rotate_proof_key(&fixture);
    rotate.execute_if_absent().await.expect("a key");
    let start = Arc::new(Barrier::new(10));
    let racers = (0..10).map(|seed| {
        let rotate = RotateProofKey {
            randomness: Arc::new(SeededRandomness::new(2_000 + seed)),
            ..rotate.clone()
        };
        let start = Arc::clone(&start);
        tokio::spawn(async move {
            start.wait().await;
            rotate.execute(RotationKind::Announced).await
        })
    });
    let racers: Vec<_> = racers.collect();
    let mut successes = 0;
    for racer in racers {
        match racer.await.expect("no racer panics") {
            Ok(_) => successes += 1,
            Err(RotateProofKeyError::UnderWay(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((successes, listed(&fixture).await.len()), (1, 2));
}
