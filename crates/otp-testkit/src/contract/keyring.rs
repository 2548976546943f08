//! Promises on the keyring.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use otp_core::ids::AccountId;
use otp_core::keyring::{AccountKey, KeyOwner, MasterKey, MasterKeys};
use otp_core::ports::{Accounts, RewrappedKey, Storage};
use otp_core::usecases::rotate_keyring::RotateKeyring;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::fixture::{Fixture, contact, master_key};
use crate::SeededRandomness;

/// An account's key is there as soon as the account is, in the directory as well.
pub async fn an_account_is_added_with_its_key(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let owner = KeyOwner::Account(fixture.account);
    let stored = fixture.store.find_key(owner).await.expect("find");
    let stored = stored.expect("an account has a key");
    let looked_up = fixture.store.find_account_key(fixture.account).await;
    let looked_up = looked_up.expect("look-up").expect("a key");
    assert_eq!(looked_up.wrapped(), &stored);
    let profile = fixture.store.find_sending_profile(fixture.account).await;
    let profile = profile.expect("look-up").expect("a profile");
    assert_eq!(profile.key.as_deref(), Some(&*looked_up));

    let nobody = AccountId(Uuid::from_u128(42));
    let unknown = fixture.store.find_account_key(nobody).await;
    assert_eq!(unknown.expect("look-up"), None);
    let unknown = fixture.store.find_key(KeyOwner::Account(nobody)).await;
    assert_eq!(unknown.expect("find"), None);
}

/// Each account gets its own key. An account without a key is left out, whether it lost it or is unknown.
pub async fn keys_of_many_accounts_are_found_at_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (other, erased) = (
        fixture.another_account().await,
        fixture.another_account().await,
    );
    let deleted = fixture.store.delete_account_key(erased).await;
    assert!(deleted.expect("deleted"));
    let unknown = AccountId(Uuid::from_u128(42));
    let asked = [unknown, other, erased, fixture.account];
    let found = fixture.store.find_account_keys(&asked).await.expect("find");
    let mut expected = BTreeMap::new();
    for account in [fixture.account, other] {
        let key = fixture.store.find_key(KeyOwner::Account(account)).await;
        expected.insert(account, key.expect("find").expect("a key"));
    }
    assert_eq!(found, expected);
    let none = fixture.store.find_account_keys(&[]).await;
    assert!(none.expect("find").is_empty());
}

/// Of many processes that start on an empty database, all use one installation key.
pub async fn racers_agree_on_the_installations_key(store: Arc<dyn Storage>) {
    let none = store.find_key(KeyOwner::Installation).await;
    assert_eq!(none.expect("find"), None);
    let start = Arc::new(Barrier::new(10));
    let racers = (0..10).map(|seed| {
        let (store, start) = (Arc::clone(&store), Arc::clone(&start));
        tokio::spawn(async move {
            let randomness = SeededRandomness::new(seed);
            let master_keys = MasterKeys::new(&MasterKey::generate(&randomness), &[]);
            let key = master_keys.generate_key(KeyOwner::Installation, &randomness);
            start.wait().await;
            store.create_installation_key(&key).await.expect("created")
        })
    });
    let mut agreed = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        agreed.push(racer.await.expect("no racer panics"));
    }
    let stored = store.find_key(KeyOwner::Installation).await;
    let stored = stored.expect("find").expect("a key");
    assert!(agreed.iter().all(|key| *key == stored));
}

/// The installation's key comes first, then the accounts' by id; a page is bounded.
pub async fn keys_are_listed_in_order_and_bounded(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let mut owners = BTreeSet::from([KeyOwner::Installation, KeyOwner::Account(fixture.account)]);
    for _ in 0..5 {
        owners.insert(KeyOwner::Account(fixture.another_account().await));
    }
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = fixture.store.list_keys(after, 3).await.expect("listed");
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = Some(last.owner);
        listed.extend(page.iter().map(|entry| entry.owner));
    }
    assert_eq!(listed, owners.into_iter().collect::<Vec<_>>());
    let ids = fixture.store.list_master_keys().await.expect("ids");
    assert_eq!(ids, [fixture.master_keys.current_id()]);
}

/// A rotation wraps every key again; a key that changed in between is left as it is.
pub async fn only_an_unchanged_key_is_rewrapped(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let owner = KeyOwner::Account(fixture.account);
    let before = fixture.store.find_key(owner).await.expect("find");
    let before = before.expect("a key");
    let new_key = MasterKey::generate(&*fixture.randomness);
    let master_keys = Arc::new(MasterKeys::new(&new_key, &[master_key()]));
    let after = master_keys.rewrap(owner, &before, &*fixture.randomness);
    let after = after.expect("opens").expect("another wrapping");
    let change = RewrappedKey {
        owner,
        before,
        after: after.clone(),
    };
    for expected in [1, 0] {
        let replaced = fixture
            .store
            .rewrap_keys(std::slice::from_ref(&change))
            .await;
        assert_eq!(replaced.expect("rewrapped"), expected);
    }
    let stored = fixture.store.find_key(owner).await.expect("find");
    assert_eq!(stored, Some(after));

    let rotate = RotateKeyring {
        keyring: fixture.store.clone(),
        master_keys: Arc::clone(&master_keys),
        randomness: fixture.randomness.clone(),
    };
    let progress = rotate.execute(|_| ()).await.expect("rotated");
    assert_eq!((progress.checked, progress.rewrapped), (2, 1));
    let progress = rotate.execute(|_| ()).await.expect("rotated");
    assert_eq!((progress.checked, progress.rewrapped), (2, 0));
    let ids = fixture.store.list_master_keys().await.expect("ids");
    assert_eq!(ids, [master_keys.current_id()]);
}

/// Without its key, nothing that an account's key sealed opens; another account's does.
pub async fn without_its_key_nothing_of_an_account_opens(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let deleted = fixture.store.delete_account_key(fixture.account).await;
    assert!(deleted.expect("deleted"));
    let deleted = fixture.store.delete_account_key(fixture.account).await;
    assert!(!deleted.expect("deleted"), "it is gone already");

    let key = fixture.store.find_account_key(fixture.account).await;
    assert_eq!(key.expect("look-up"), None);
    let profile = fixture.store.find_sending_profile(fixture.account).await;
    let profile = profile.expect("look-up").expect("the account stays");
    assert_eq!(profile.key, None);
    let account = Accounts::find(&*fixture.store, fixture.account).await;
    let account = account.expect("find").expect("the account stays");
    let others = fixture.store.find_account_key(other).await;
    let others: Arc<AccountKey> = others.expect("look-up").expect("a key");
    let others = others.open(&fixture.master_keys).expect("opens");
    assert!(account.contact.open(&others).is_err());
    let account = Accounts::find(&*fixture.store, other).await;
    let account = account.expect("find").expect("an account");
    assert_eq!(account.contact.open(&others), Ok(contact()));
}
