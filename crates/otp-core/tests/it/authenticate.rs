//! `Authenticate`, over a store in memory.

use std::sync::Arc;
use std::time::Duration;

use otp_core::api_key::{ApiKey, ApiKeySecret};
use otp_core::ids::ApiKeyId;
use otp_core::insights::day_of;
use otp_core::ports::{ApiKeys, Clock, MockApiKeys, MockKeyUses, PortError};
use otp_core::time::Timestamp;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::authenticate::{Authenticate, AuthenticateError, Caller};
use otp_core::usecases::create_api_key::{CreateApiKey, CreateApiKeyError, NewApiKey};
use otp_core::usecases::keep_key_uses::KeepKeyUses;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START, operator};
use uuid::Uuid;

async fn fixture() -> (Fixture, Authenticate) {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let mut uses = MockKeyUses::new();
    uses.expect_note().return_const(());
    let authenticate = Authenticate {
        directory: fixture.store.clone(),
        uses: Arc::new(uses),
        clock: fixture.clock.clone(),
    };
    (fixture, authenticate)
}

async fn create_key(
    fixture: &Fixture,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<(ApiKey, ApiKeySecret), CreateApiKeyError> {
    let create_api_key = CreateApiKey {
        keys: fixture.store.clone(),
        accounts: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let new = NewApiKey {
        account_id: fixture.account,
        name: name.to_owned(),
        expires_at,
    };
    create_api_key
        .execute(new, AccountActor::Operator(operator()))
        .await
}

#[tokio::test]
async fn a_missing_or_blank_key_is_required() {
    let (_, authenticate) = fixture().await;
    for presented in [None, Some(""), Some("   ")] {
        let error = authenticate.execute(presented).await.expect_err("required");
        assert!(matches!(error, AuthenticateError::KeyRequired));
    }
}

#[tokio::test]
async fn an_active_key_identifies_its_account_until_it_expires() {
    let (fixture, authenticate) = fixture().await;
    let expires = Some(START + Duration::from_secs(60));
    let made = create_key(&fixture, "shop", expires).await;
    let (key, secret) = made.expect("key");
    let caller = authenticate
        .execute(Some(secret.expose()))
        .await
        .expect("active");
    assert_eq!(
        caller,
        Caller {
            account_id: fixture.account,
            api_key_id: key.id
        }
    );

    fixture.clock.advance(Duration::from_secs(60));
    let error = authenticate
        .execute(Some(secret.expose()))
        .await
        .expect_err("expired");
    assert!(matches!(error, AuthenticateError::KeyExpired));
}

#[tokio::test]
async fn a_revoked_key_is_reported_like_an_unknown_one() {
    let (fixture, authenticate) = fixture().await;
    let made = create_key(&fixture, "shop", None).await;
    let (key, secret) = made.expect("key");
    assert!(
        fixture
            .store
            .revoke(key.id, START, &fixture.entry())
            .await
            .expect("revoke")
    );
    for presented in [secret.expose(), "otp_live_nobody", "sk_test_123"] {
        let error = authenticate
            .execute(Some(presented))
            .await
            .expect_err("not found");
        assert!(matches!(error, AuthenticateError::KeyNotFound));
    }
}

#[tokio::test]
async fn a_key_is_not_created_expired() {
    let (fixture, _) = fixture().await;
    let made = create_key(&fixture, "late", Some(START)).await;
    assert!(matches!(made, Err(CreateApiKeyError::ExpiryInThePast)));
    let keys = ApiKeys::list(&*fixture.store, fixture.account)
        .await
        .expect("list");
    assert_eq!(keys.len(), 1, "only the fixture's own");
}

#[tokio::test]
async fn a_use_is_noted_until_its_day_is_kept_and_a_refused_one_never() {
    let (fixture, authenticate) = fixture().await;
    let made = create_key(&fixture, "shop", None).await;
    let (key, secret) = made.expect("key");
    let today = day_of(fixture.clock.now());
    let mut uses = MockKeyUses::new();
    let of_key = move |id: &ApiKeyId, day: &Timestamp| (*id, *day) == (key.id, today);
    uses.expect_note().withf(of_key).times(2).return_const(());
    let authenticate = Authenticate {
        uses: Arc::new(uses),
        ..authenticate
    };
    for _ in 0..2 {
        let used = authenticate.execute(Some(secret.expose())).await;
        used.expect("active");
    }
    fixture
        .store
        .keep_uses(&[(key.id, today)])
        .await
        .expect("kept");
    let used = authenticate.execute(Some(secret.expose())).await;
    used.expect("active");
    let revoked = fixture.store.revoke(key.id, START, &fixture.entry()).await;
    assert!(revoked.expect("revoked"));
    fixture.clock.advance(Duration::from_secs(86_400));
    let refused = authenticate.execute(Some(secret.expose())).await;
    assert!(matches!(refused, Err(AuthenticateError::KeyNotFound)));
}

#[tokio::test]
async fn uses_that_cannot_be_kept_are_noted_again() {
    let noted = (ApiKeyId(Uuid::from_u128(7)), START);
    let mut uses = MockKeyUses::new();
    uses.expect_take().times(2).returning(move || vec![noted]);
    let again = move |id: &ApiKeyId, day: &Timestamp| (*id, *day) == noted;
    uses.expect_note().withf(again).once().return_const(());
    let mut keys = MockApiKeys::new();
    let mut answers = vec![Ok(()), Err(PortError::Unavailable("away".into()))];
    keys.expect_keep_uses()
        .withf(move |kept| kept == [noted])
        .times(2)
        .returning(move |_| answers.pop().expect("two answers"));
    let keep = KeepKeyUses {
        uses: Arc::new(uses),
        keys: Arc::new(keys),
    };
    assert!(keep.execute().await.is_err());
    assert!(keep.execute().await.expect("kept"));

    let mut uses = MockKeyUses::new();
    uses.expect_take().return_const(Vec::new());
    let mut keys = MockApiKeys::new();
    keys.expect_keep_uses().never();
    let keep = KeepKeyUses {
        uses: Arc::new(uses),
        keys: Arc::new(keys),
    };
    assert!(!keep.execute().await.expect("nothing to keep"));
}
