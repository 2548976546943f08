//! Tests of rotations: which keys sign and are published, at every edge and over random histories.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::key::{ProofKeyState, signing_key};
use super::super::{PROOF_LIFETIME, PUBLISHED_KEYS_CACHE_TIME};
use super::*;

const START: Timestamp = Timestamp::from_unix_millis(1_780_000_000_000);

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// Rotates at this second, to a key whose id is its number.
fn rotate(
    keys: &[ProofKey],
    kind: RotationKind,
    seconds: u64,
) -> Result<Vec<ProofKey>, RotationUnderWay> {
    let number = keys.iter().map(|key| key.number).max().unwrap_or_default() + 1;
    let new = (
        ProofKeyId(Uuid::from_u128(number.into())),
        ProofPublicKey([0; 32]),
        Sealed(Vec::new()),
    );
    let rotation = ProofKeyRotation::plan(keys, kind, at(seconds), new)?;
    assert_eq!(rotation.added.number, number);
    Ok(rotation.apply(keys))
}

fn announced(keys: &[ProofKey], seconds: u64) -> Vec<ProofKey> {
    rotate(keys, RotationKind::Announced, seconds).expect("no rotation is under way")
}

/// The states of all keys at this second, oldest first.
fn states(keys: &[ProofKey], seconds: u64) -> Vec<ProofKeyState> {
    let state = |key: &ProofKey| key.state_among(keys, at(seconds));
    keys.iter().map(state).collect()
}

#[test]
fn the_next_key_is_published_before_it_signs_and_the_last_one_after() {
    use ProofKeyState::{Ended, Next, Retired, Signing};
    let first = announced(&[], 0);
    assert_eq!(states(&first, 0), [Signing]);
    let keys = announced(&first, 1_000);
    // It signs 10 min later. The last proof of the old key expires 10 min after that, and copies of the
    // published keys may be used for 5 min more.
    for (seconds, expected) in [
        (1_000, [Signing, Next]),
        (1_599, [Signing, Next]),
        (1_600, [Retired, Signing]),
        (2_499, [Retired, Signing]),
        (2_500, [Ended, Signing]),
    ] {
        assert_eq!(states(&keys, seconds), expected, "at {seconds} s");
        for (key, state) in keys.iter().zip(expected) {
            assert_eq!(key.is_published(at(seconds)), state != Ended, "{seconds}");
        }
    }
}

#[test]
fn a_rotation_waits_for_the_one_before_it() {
    let keys = announced(&announced(&[], 0), 1_000);
    let early = rotate(&keys, RotationKind::Announced, 1_599);
    let signs_from = at(1_600);
    assert_eq!(early, Err(RotationUnderWay { signs_from }));
    let keys = announced(&keys, 1_600);
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0].retired_at, Some(at(1_600)), "it keeps its time");
    assert_eq!(keys[1].retired_at, Some(at(2_200)));
}

#[test]
fn a_rotation_forgets_keys_that_are_no_longer_published() {
    let keys = announced(&announced(&[], 0), 1_000);
    assert_eq!(announced(&keys, 2_499).len(), 3);
    let numbers = |keys: Vec<ProofKey>| keys.iter().map(|key| key.number).collect::<Vec<_>>();
    assert_eq!(numbers(announced(&keys, 2_500)), [2, 3]);
}

#[test]
fn an_immediate_rotation_revokes_every_other_key() {
    use ProofKeyState::{Revoked, Signing};
    // Even one that was only announced, in the middle of another rotation.
    let keys = announced(&announced(&[], 0), 1_000);
    let keys = rotate(&keys, RotationKind::Immediate, 1_001).expect("always possible");
    // Whatever a clock says, a revoked key neither signs nor is published.
    for seconds in [0, 1_001, 100_000] {
        assert_eq!(states(&keys, seconds), [Revoked, Revoked, Signing]);
        let published = keys.iter().filter(|key| key.is_published(at(seconds)));
        assert_eq!(published.map(|key| key.number).collect::<Vec<_>>(), [3]);
    }
    let keys = announced(&keys, 1_002);
    assert_eq!(keys.len(), 2, "the revoked ones are forgotten");
}

#[test]
fn a_clock_that_went_backwards_still_finds_a_key() {
    let keys = announced(&[], 1_000);
    let key = signing_key(&keys, at(0)).expect("a key");
    assert!(key.is_published(at(0)));
    assert_eq!(signing_key(&[], at(0)), None);
}

proptest! {
    #[test]
    fn every_proof_can_be_checked_until_it_expires_by_clients_with_a_copy(
        steps in prop::collection::vec((0_u64..3_000, prop::bool::weighted(0.1)), 1..30),
        signed_after in 0_u64..60_000,
        copied_before in 0_u64..=300,
        checked_after in 0_u64..=600,
    ) {
        // Each of the histories is the keys that are stored from a second on.
        let mut histories = vec![(0, announced(&[], 0))];
        let mut seconds = 0;
        for (wait, leaked) in steps {
            seconds += wait;
            let kind = if leaked { RotationKind::Immediate } else { RotationKind::Announced };
            let (_, keys) = histories.last().expect("it begins with one");
            if let Ok(keys) = rotate(keys, kind, seconds) {
                histories.push((seconds, keys));
            }
        }
        let stored_at = |seconds: u64| {
            let past = histories.iter().rev().find(|(from, _)| *from <= seconds);
            &past.expect("the first is stored from the beginning").1
        };
        let key = signing_key(stored_at(signed_after), at(signed_after)).expect("always a key");
        let checked_at = signed_after + checked_after;
        let copied_at = checked_at.saturating_sub(copied_before);
        let copied = stored_at(copied_at);
        let is_published = |keys: &[ProofKey]| {
            keys.iter().any(|known| known.id == key.id && known.is_published(at(copied_at)))
        };
        let until_then = histories.iter().filter(|(from, _)| *from <= checked_at);
        let mut known_until_then = until_then.flat_map(|(_, keys)| keys);
        let is_revoked =
            known_until_then.any(|known| known.id == key.id && known.revoked_at.is_some());
        // A key that signs without an announcement is unknown to copies of before.
        let is_announced = key.active_from > key.created_at;
        let unannounced = !is_announced && copied_at < signed_after;
        prop_assert!(is_revoked || unannounced || is_published(copied));
        // No key is published without need.
        let overdue = PROOF_LIFETIME + PUBLISHED_KEYS_CACHE_TIME;
        for known in stored_at(signed_after) {
            let over = known.retired_at.is_some_and(|end| end + overdue <= at(signed_after));
            prop_assert!(!(over && known.is_published(at(signed_after))));
        }
    }
}
