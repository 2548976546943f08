//! `Authenticate`: the second step of every request.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ports::ApiKeys;
use otp_core::usecases::authenticate::{Authenticate, AuthenticateError, Caller};
use otp_core::usecases::create_api_key::{CreateApiKeyError, create_api_key};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START};

async fn fixture() -> (Fixture, Authenticate) {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let authenticate = Authenticate::new(fixture.store.clone(), fixture.clock.clone());
    (fixture, authenticate)
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
async fn an_active_key_names_its_account_until_it_expires() {
    let (fixture, authenticate) = fixture().await;
    let expires = Some(START + Duration::from_secs(60));
    let name = "shop".to_owned();
    let made = create_api_key(
        &*fixture.store,
        fixture.world(),
        fixture.account,
        name,
        expires,
    )
    .await;
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
async fn a_revoked_key_is_as_absent_as_an_unknown_one() {
    let (fixture, authenticate) = fixture().await;
    let name = "shop".to_owned();
    let made = create_api_key(
        &*fixture.store,
        fixture.world(),
        fixture.account,
        name,
        None,
    )
    .await;
    let (key, secret) = made.expect("key");
    assert!(fixture.store.revoke(key.id, START).await.expect("revoke"));
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
    let name = "late".to_owned();
    let made = create_api_key(
        &*fixture.store,
        fixture.world(),
        fixture.account,
        name,
        Some(START),
    )
    .await;
    assert!(matches!(made, Err(CreateApiKeyError::ExpiryInThePast)));
    let keys = ApiKeys::list(&*fixture.store, fixture.account)
        .await
        .expect("list");
    assert_eq!(keys.len(), 1, "only the fixture's own");
}
