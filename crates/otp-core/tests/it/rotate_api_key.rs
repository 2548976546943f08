//! `RotateApiKey`: the new key works at once, and the old one until the overlap ends.

use std::sync::Arc;
use std::time::Duration;

use otp_core::api_key::ApiKey;
use otp_core::ids::ApiKeyId;
use otp_core::ports::ApiKeys;
use otp_core::time::Timestamp;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::rotate_api_key::{
    DEFAULT_OVERLAP, RotateApiKey, RotateApiKeyError, RotateApiKeyRequest,
};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START, operator};
use uuid::Uuid;

async fn rotate(fixture: &Fixture, id: ApiKeyId, hours: u64) -> Result<ApiKey, RotateApiKeyError> {
    rotate_until(fixture, id, hours, None).await
}

async fn rotate_until(
    fixture: &Fixture,
    id: ApiKeyId,
    hours: u64,
    expires_at: Option<Timestamp>,
) -> Result<ApiKey, RotateApiKeyError> {
    let overlap = Duration::from_secs(hours * 60 * 60);
    let rotate_api_key = RotateApiKey {
        keys: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let request = RotateApiKeyRequest {
        id,
        overlap,
        expires_at,
    };
    let rotated = rotate_api_key
        .execute(request, AccountActor::Operator(operator()))
        .await;
    rotated.map(|(key, _)| key)
}

#[tokio::test]
async fn the_old_key_expires_after_the_overlap_and_never_later_than_before() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    rotate(&fixture, fixture.api_key, 24)
        .await
        .expect("rotated");
    rotate(&fixture, fixture.api_key, 48)
        .await
        .expect("rotated again");
    let old = ApiKeys::find(&*fixture.store, fixture.api_key)
        .await
        .expect("find")
        .expect("old");
    assert_eq!(old.expires_at, Some(START + DEFAULT_OVERLAP));
}

#[tokio::test]
async fn a_successor_keeps_the_expiry_unless_another_is_asked_for() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let expiry = |days: u64| Some(START + Duration::from_secs(days * 24 * 60 * 60));
    let unlimited = rotate(&fixture, fixture.api_key, 24).await;
    let unlimited = unlimited.expect("rotated");
    assert_eq!(unlimited.expires_at, None);
    let limited = rotate_until(&fixture, unlimited.id, 24, expiry(90)).await;
    let limited = limited.expect("rotated");
    assert_eq!(limited.expires_at, expiry(90));
    let successor = rotate(&fixture, limited.id, 24).await.expect("rotated");
    assert_eq!(successor.expires_at, expiry(90));
    let stored = ApiKeys::find(&*fixture.store, successor.id).await;
    assert_eq!(stored.expect("find").expect("stored"), successor);

    let past = rotate_until(&fixture, successor.id, 24, Some(START)).await;
    assert!(matches!(past, Err(RotateApiKeyError::ExpiryInThePast)));
    let unchanged = ApiKeys::find(&*fixture.store, successor.id).await;
    assert_eq!(unchanged.expect("find").expect("stored"), successor);
}

#[tokio::test]
async fn a_key_that_does_not_work_has_no_successor() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let unknown = rotate(&fixture, ApiKeyId(Uuid::from_u128(42)), 24).await;
    assert!(matches!(unknown, Err(RotateApiKeyError::NotFound)));
    fixture
        .store
        .revoke(fixture.api_key, START, &fixture.entry())
        .await
        .expect("revoke");
    let revoked = rotate(&fixture, fixture.api_key, 24).await;
    assert!(matches!(revoked, Err(RotateApiKeyError::NotActive)));
}
