//! Promises on what operators administer, and on the directory that sends read.

use std::sync::Arc;
use std::time::Duration;

use otp_core::api_key::{ApiKey, ApiKeyMode, ApiKeySecret};
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::credits::Credits;
use otp_core::credits::ledger::{EntryKind, LedgerEntry};
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId, SubscriptionId, TemplateId};
use otp_core::language::LanguageTag;
use otp_core::plan::{Money, Plan};
use otp_core::ports::{
    Accounts, ApiKeys, Clock, Plans, PortError, Prices, Senders, Storage, StorageHealth,
    Subscriptions,
};
use otp_core::pricing::PriceKey;
use otp_core::sealing::Sealed;
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::fixture::{Fixture, START, credits};

pub(super) fn assert_conflict<T: std::fmt::Debug>(answer: Result<T, PortError>) {
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
}

/// A new instant: lists are in the order of creation, and ids order what was created together.
pub(super) fn next_instant(fixture: &Fixture) -> Timestamp {
    fixture.clock.advance(Duration::from_millis(1));
    fixture.clock.now()
}

pub(super) fn key(fixture: &Fixture, account_id: AccountId, name: &str) -> ApiKey {
    let created_at = next_instant(fixture);
    let secret = ApiKeySecret::generate(ApiKeyMode::Live, &*fixture.randomness);
    ApiKey {
        id: ApiKeyId::generate(created_at, &*fixture.randomness),
        account_id,
        name: name.to_owned(),
        hash: secret.hash(),
        hint: secret.hint(),
        created_at,
        expires_at: Some(START + Duration::from_millis(86_400_001)),
        revoked_at: None,
        last_used_on: None,
    }
}

pub(super) fn sender(fixture: &Fixture, number: &str) -> Sender {
    let created_at = next_instant(fixture);
    Sender {
        id: SenderId::generate(created_at, &*fixture.randomness),
        account_id: fixture.account,
        phone_number_id: ProviderId::parse(number).expect("digits"),
        waba_id: ProviderId::parse("200").expect("digits"),
        phone: Sealed(vec![1, 2, 3]),
        access_token: Sealed(vec![4, 5, 6]),
        created_at,
    }
}

pub(super) fn template(
    fixture: &Fixture,
    sender_id: SenderId,
    language: &str,
) -> AuthenticationTemplate {
    let created_at = next_instant(fixture);
    AuthenticationTemplate::assumed_approved(
        TemplateId::generate(created_at, &*fixture.randomness),
        sender_id,
        TemplateName::parse("otp_code").expect("name"),
        LanguageTag::parse(language).expect("language"),
        created_at,
    )
}

/// Accounts.
pub async fn accounts_read_back_as_written(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    fixture.clock.advance(Duration::from_secs(1));
    let second = fixture.another_account().await;
    let listed = Accounts::list(&*fixture.store).await.expect("list");
    assert_eq!(
        listed.iter().map(|a| a.id).collect::<Vec<_>>(),
        [fixture.account, second]
    );
    let found = Accounts::find(&*fixture.store, second).await.expect("find");
    assert_eq!(found.as_ref(), listed.get(1));
    assert_eq!(
        found.map(|a| a.created_at),
        Some(START + Duration::from_secs(1))
    );
    let nobody = AccountId(Uuid::from_u128(42));
    assert_eq!(
        Accounts::find(&*fixture.store, nobody).await.expect("find"),
        None
    );
}

/// Keys, to the millisecond of their expiry; the directory finds them by hash.
pub async fn keys_read_back_as_written_and_are_found_by_hash(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let made = key(&fixture, fixture.account, "متجر");
    ApiKeys::create(&*fixture.store, &made, &fixture.entry())
        .await
        .expect("create");
    let listed = ApiKeys::list(&*fixture.store, fixture.account)
        .await
        .expect("list");
    assert_eq!(listed.get(1), Some(&made));
    assert_eq!(
        ApiKeys::find(&*fixture.store, made.id)
            .await
            .expect("find")
            .as_ref(),
        Some(&made)
    );
    let by_hash = fixture.store.find_api_key(&made.hash).await.expect("find");
    assert_eq!(by_hash.as_deref(), Some(&made));
    let other = ApiKeySecret::generate(ApiKeyMode::Live, &*fixture.randomness).hash();
    assert_eq!(
        fixture.store.find_api_key(&other).await.expect("find"),
        None
    );
}

/// Revoking twice keeps the first time; revoking nothing says so.
pub async fn a_revocation_keeps_its_first_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let made = key(&fixture, fixture.account, "k");
    ApiKeys::create(&*fixture.store, &made, &fixture.entry())
        .await
        .expect("create");
    let later = START + Duration::from_secs(9);
    assert!(
        fixture
            .store
            .revoke(made.id, START, &fixture.entry())
            .await
            .expect("revoke")
    );
    assert!(
        fixture
            .store
            .revoke(made.id, later, &fixture.entry())
            .await
            .expect("revoke")
    );
    let found = fixture
        .store
        .find_api_key(&made.hash)
        .await
        .expect("find")
        .expect("still there");
    assert_eq!(found.revoked_at, Some(START));
    let nobody = ApiKeyId(Uuid::from_u128(42));
    assert!(
        !fixture
            .store
            .revoke(nobody, START, &fixture.entry())
            .await
            .expect("revoke")
    );
}

/// The latest day of a key's uses is kept, and an unknown key is left out.
pub async fn the_latest_day_of_use_is_kept(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let [used, unused] = std::array::from_fn(|_| key(&fixture, fixture.account, "k"));
    for made in [&used, &unused] {
        let created = ApiKeys::create(&*fixture.store, made, &fixture.entry()).await;
        created.expect("create");
    }
    let nobody = ApiKeyId(Uuid::from_u128(42));
    let day = |days: u64| START + Duration::from_secs(days * 86_400);
    for uses in [
        &[(used.id, day(2)), (nobody, day(2))][..],
        &[(used.id, day(1))],
        &[],
        &[(used.id, day(3)), (nobody, day(1))],
    ] {
        let kept = fixture.store.keep_uses(uses).await;
        kept.expect("kept");
    }
    let find = |id| ApiKeys::find(&*fixture.store, id);
    let found = find(used.id).await.expect("find").expect("a key");
    assert_eq!(found.last_used_on, Some(day(3)));
    assert_eq!(find(unused.id).await.expect("find"), Some(unused));
}

/// Of all accounts' keys those are found that expire within the time asked for, first what expires first.
pub async fn keys_that_expire_soon_are_found_unless_revoked(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let stranger = fixture.another_account().await;
    let mut made = Vec::new();
    for (account, expires_in) in [
        (fixture.account, Some(20)),
        (stranger, Some(10)),
        (fixture.account, Some(9)),
        (fixture.account, Some(21)),
        (fixture.account, None),
        (fixture.account, Some(15)),
    ] {
        let expires_at = expires_in.map(|seconds| START + Duration::from_secs(seconds));
        let key = ApiKey {
            expires_at,
            ..key(&fixture, account, "k")
        };
        ApiKeys::create(&*fixture.store, &key, &fixture.entry())
            .await
            .expect("create");
        made.push(key);
    }
    let revoked = fixture
        .store
        .revoke(made[5].id, START, &fixture.entry())
        .await;
    assert!(revoked.expect("revoke"));
    let found = fixture.store.list_expiring(
        START + Duration::from_secs(9),
        START + Duration::from_secs(20),
    );
    let expected = [made[1].clone(), made[0].clone()];
    assert_eq!(found.await.expect("found"), expected);
}

/// Rotation adds the successor and ends the old key together.
pub async fn a_key_is_replaced_whole_or_not_at_all(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let old = key(&fixture, fixture.account, "k");
    ApiKeys::create(&*fixture.store, &old, &fixture.entry())
        .await
        .expect("create");
    let new = key(&fixture, fixture.account, "k");
    let nobody = ApiKeyId(Uuid::from_u128(42));
    assert_conflict(
        fixture
            .store
            .replace(nobody, START, &new, &fixture.entry())
            .await,
    );
    assert_eq!(
        ApiKeys::find(&*fixture.store, new.id).await.expect("find"),
        None
    );

    fixture
        .store
        .replace(old.id, START, &new, &fixture.entry())
        .await
        .expect("replace");
    let ended = ApiKeys::find(&*fixture.store, old.id)
        .await
        .expect("find")
        .expect("old");
    assert_eq!(ended.expires_at, Some(START));
    assert_eq!(
        ApiKeys::find(&*fixture.store, new.id).await.expect("find"),
        Some(new)
    );
}

/// Plans, with and without a price.
pub async fn plans_read_back_and_names_are_unique(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let plan = |name: &str, price| {
        let created_at = next_instant(&fixture);
        Plan {
            id: PlanId::generate(created_at, &*fixture.randomness),
            name: name.to_owned(),
            credits: credits(1_000),
            price,
            created_at,
            retired_at: None,
        }
    };
    let priced = plan("Start", Some(Money::parse("19.99", "USD").expect("money")));
    let free = plan("Talk to us", None);
    for made in [&priced, &free] {
        Plans::create(&*fixture.store, made, &fixture.entry())
            .await
            .expect("create");
    }
    assert_conflict(Plans::create(&*fixture.store, &plan("Start", None), &fixture.entry()).await);
    assert_eq!(
        Plans::list(&*fixture.store).await.expect("list"),
        [priced.clone(), free]
    );
    assert_eq!(
        Plans::find(&*fixture.store, priced.id).await.expect("find"),
        Some(priced)
    );
}

/// Prices.
pub async fn prices_are_set_all_together_and_keep_the_others(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let key = |text: &str| PriceKey::parse(text).expect("a key");
    let (sa, eg, us, email) = (key("SA"), key("EG"), key("US"), PriceKey::Email);
    Prices::set(
        &*fixture.store,
        &[(sa, credits(2)), (eg, credits(3))],
        &fixture.entry(),
    )
    .await
    .expect("set");
    Prices::set(
        &*fixture.store,
        &[(sa, credits(4)), (email, credits(2)), (us, credits(5))],
        &fixture.entry(),
    )
    .await
    .expect("set");
    Prices::set(&*fixture.store, &[], &fixture.entry())
        .await
        .expect("set nothing");
    let listed = Prices::list(&*fixture.store).await.expect("list");
    assert_eq!(
        listed,
        [
            (eg, credits(3)),
            (email, credits(2)),
            (sa, credits(4)),
            (us, credits(5))
        ]
    );
    let prices = fixture.store.price_list().await.expect("prices");
    assert_eq!(
        [sa, email, key("DE")].map(|of| prices.price(of)),
        [credits(4), credits(2), Credits::ONE]
    );
}

/// Senders and templates, each unique where the provider has one.
pub async fn senders_and_templates_read_back(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let first = sender(&fixture, "100");
    fixture
        .store
        .add(&first, &fixture.entry())
        .await
        .expect("add");
    assert_conflict(
        fixture
            .store
            .add(&sender(&fixture, "100"), &fixture.entry())
            .await,
    );
    let second = sender(&fixture, "101");
    fixture
        .store
        .add(&second, &fixture.entry())
        .await
        .expect("add");
    let listed = Senders::list(&*fixture.store).await.expect("list");
    assert_eq!(listed, [first.clone(), second.clone()]);

    let english = template(&fixture, first.id, "en_US");
    let arabic = template(&fixture, second.id, "ar");
    for made in [&english, &arabic] {
        fixture
            .store
            .add_template(made, &fixture.entry())
            .await
            .expect("add");
    }
    assert_conflict(
        fixture
            .store
            .add_template(&template(&fixture, first.id, "en_US"), &fixture.entry())
            .await,
    );
    let all = fixture.store.list_templates(None).await.expect("list");
    assert_eq!(all, [english.clone(), arabic]);
    let of_first = fixture
        .store
        .list_templates(Some(first.id))
        .await
        .expect("list");
    assert_eq!(of_first, [english]);
}

/// Nothing is stored that points nowhere.
pub async fn what_belongs_to_nobody_is_a_conflict(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let nobody = AccountId(Uuid::from_u128(42));
    assert_conflict(
        ApiKeys::create(
            &*fixture.store,
            &key(&fixture, nobody, "k"),
            &fixture.entry(),
        )
        .await,
    );
    let stray = Sender {
        account_id: nobody,
        ..sender(&fixture, "100")
    };
    assert_conflict(fixture.store.add(&stray, &fixture.entry()).await);
    let lost = template(&fixture, SenderId(Uuid::from_u128(42)), "en");
    assert_conflict(fixture.store.add_template(&lost, &fixture.entry()).await);

    for (account_id, plan_id) in [
        (nobody, None),
        (fixture.account, Some(PlanId(Uuid::from_u128(42)))),
    ] {
        let id = SubscriptionId::generate(START, &*fixture.randomness);
        let subscription = Subscription {
            id,
            account_id,
            plan_id,
            credits: credits(5),
            remaining: credits(5),
            created_at: START,
            revoked_at: None,
        };
        let grant = LedgerEntry {
            account_id,
            subscription_id: id,
            message_id: None,
            kind: EntryKind::Grant,
            credits: credits(5),
            at: START,
        };
        assert_conflict(
            fixture
                .store
                .grant(&subscription, &grant, &fixture.entry())
                .await,
        );
        assert_eq!(fixture.store.ledger(account_id).await.expect("ledger"), []);
        assert_eq!(
            Subscriptions::list(&*fixture.store, account_id)
                .await
                .expect("list"),
            []
        );
    }
}

/// The profile a send reads.
pub async fn a_sending_profile_has_senders_oldest_first(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let profile = || fixture.store.find_sending_profile(fixture.account);
    let empty = profile()
        .await
        .expect("profile")
        .expect("the account exists");
    assert_eq!(
        (empty.default_language.as_str(), empty.senders.len()),
        ("en", 0)
    );

    let older = sender(&fixture, "100");
    let younger = sender(&fixture, "101");
    fixture
        .store
        .add(&younger, &fixture.entry())
        .await
        .expect("add");
    fixture
        .store
        .add(&older, &fixture.entry())
        .await
        .expect("add");
    let made = template(&fixture, younger.id, "ar_EG");
    fixture
        .store
        .add_template(&made, &fixture.entry())
        .await
        .expect("add");
    let full = profile()
        .await
        .expect("profile")
        .expect("the account exists");
    let senders: Vec<_> = full.senders.iter().map(|s| s.sender.clone()).collect();
    assert_eq!(senders, [older, younger]);
    assert_eq!(full.senders[0].templates, []);
    assert_eq!(full.senders[1].templates, [made]);

    let nobody = AccountId(Uuid::from_u128(42));
    assert_eq!(
        fixture
            .store
            .find_sending_profile(nobody)
            .await
            .expect("profile"),
        None
    );
}

/// A fresh store is ready.
pub async fn the_storage_is_healthy(store: Arc<dyn Storage>) {
    StorageHealth::check(&*store).await.expect("healthy");
}
