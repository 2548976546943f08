//! `CheckKeyring` and `OpenKeyring`: what they say about each key, and what they refuse.

use std::sync::Arc;

use otp_core::keyring::{KeyOwner, MasterKey, MasterKeys, UnwrapError};
use otp_core::ports::MockKeyring;
use otp_core::usecases::check_keyring::{CheckKeyring, KeyState};
use otp_core::usecases::open_keyring::{OpenKeyring, OpenKeyringError};
use otp_core::usecases::rotate_keyring::{RotateKeyring, RotationProgress};
use otp_testkit::contract::fixture::{Fixture, master_key};
use otp_testkit::{MemoryStore, SeededRandomness};

fn other_key() -> MasterKey {
    MasterKey::parse("b3RwLWUyZSBtYXN0ZXIga2V5OiAzMiBieXRlcyBvayE=").expect("a master key")
}

#[tokio::test]
async fn every_key_is_reported_with_the_master_key_that_opens_it() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let owners = [KeyOwner::Installation, KeyOwner::Account(fixture.account)];
    for (keys, state) in [
        (MasterKeys::new(&master_key(), &[]), KeyState::Current),
        (
            MasterKeys::new(&other_key(), &[master_key()]),
            KeyState::Previous,
        ),
        (
            MasterKeys::new(&other_key(), &[]),
            KeyState::Unreadable(UnwrapError::UnknownMasterKey),
        ),
    ] {
        let check = CheckKeyring {
            keyring: fixture.store.clone(),
            master_keys: Arc::new(keys),
        };
        let checked = check.execute().await.expect("checked");
        let found: Vec<_> = checked.iter().map(|key| (key.owner, key.state)).collect();
        assert_eq!(found, owners.map(|owner| (owner, state)));
    }
}

#[test]
fn states_have_the_names_that_operators_read() {
    let states = [
        KeyState::Current,
        KeyState::Previous,
        KeyState::Unreadable(UnwrapError::UnknownMasterKey),
        KeyState::Unreadable(UnwrapError::Damaged),
    ];
    assert_eq!(
        states.map(KeyState::as_str),
        ["current", "previous", "unknown master key", "damaged"]
    );
}

#[tokio::test]
async fn a_keyring_of_another_master_key_is_refused() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    for (previous, opens) in [(vec![master_key()], true), (vec![], false)] {
        let open_keyring = OpenKeyring {
            keyring: fixture.store.clone(),
            master_keys: Arc::new(MasterKeys::new(&other_key(), &previous)),
            randomness: fixture.randomness.clone(),
        };
        let opened = open_keyring.execute().await;
        let is_refused = matches!(opened, Err(OpenKeyringError::OtherMasterKey));
        assert_eq!((opened.is_ok(), is_refused), (opens, !opens));
        let checked = open_keyring.check_master_key().await;
        let in_use = MasterKeys::new(&master_key(), &[]).current_id();
        assert_eq!(checked.ok(), opens.then(|| vec![in_use]));
    }
}

/// Accounts have keys, so an installation's key was there once: a new one would open nothing.
#[tokio::test]
async fn a_missing_installation_key_is_not_replaced_while_accounts_have_keys() {
    let master_keys = Arc::new(MasterKeys::new(&master_key(), &[]));
    let in_use = master_keys.current_id();
    let mut keyring = MockKeyring::new();
    keyring
        .expect_list_master_keys()
        .returning(move || Ok(vec![in_use]));
    keyring.expect_find_key().returning(|_| Ok(None));
    keyring.expect_create_installation_key().never();
    let open_keyring = OpenKeyring {
        keyring: Arc::new(keyring),
        master_keys,
        randomness: Arc::new(SeededRandomness::new(7)),
    };
    let refused = open_keyring.execute().await;
    assert!(matches!(refused, Err(OpenKeyringError::Damaged)));
}

#[tokio::test]
async fn a_rotation_wraps_every_key_once_and_reports_its_progress() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let rotate = |keys: MasterKeys| RotateKeyring {
        keyring: fixture.store.clone(),
        master_keys: Arc::new(keys),
        randomness: fixture.randomness.clone(),
    };
    let progress = |checked, rewrapped| RotationProgress { checked, rewrapped };
    let both = || MasterKeys::new(&other_key(), &[master_key()]);
    for (half, whole) in [
        (progress(1, 1), progress(2, 2)),
        (progress(1, 0), progress(2, 0)),
    ] {
        let mut reported = Vec::new();
        let rotation = rotate(both());
        let rotated = rotation.execute(|progress| reported.push(progress));
        assert_eq!(rotated.await.expect("rotated"), whole);
        assert_eq!(reported, [half, whole]);
    }
    let without_it = MasterKeys::new(&master_key(), &[]);
    let refused = rotate(without_it).execute(|_| {}).await;
    let refused = refused.expect_err("another master key").to_string();
    let named = format!("the key of account {} cannot be opened", fixture.account);
    assert!(refused.starts_with(&named), "{refused}");
}
