//! Tests of the cache: few look-ups, and no answer older than half a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use otp_core::api_key::ApiKeyHash;
use otp_core::ports::{ApiKeys, Directory, MockDirectory, PortError};
use otp_hot_path::{CachedDirectory, TIME_TO_LIVE};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START};

/// Returns a cached directory and the number of its look-ups; the first one fails if `first_fails`.
fn counting(first_fails: bool) -> (Arc<AtomicUsize>, CachedDirectory) {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let mut directory = MockDirectory::new();
    directory.expect_find_api_key().returning(move |_| {
        let nth = seen.fetch_add(1, Ordering::SeqCst);
        if first_fails && nth == 0 {
            Err(PortError::Unavailable("gone".into()))
        } else {
            Ok(None)
        }
    });
    (count, CachedDirectory::new(Arc::new(directory)))
}

#[tokio::test]
async fn an_answer_is_cached() {
    let (count, cached) = counting(false);
    for _ in 0..100 {
        assert_eq!(
            cached
                .find_api_key(&ApiKeyHash([1; 32]))
                .await
                .expect("look-up"),
            None
        );
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    cached
        .find_api_key(&ApiKeyHash([2; 32]))
        .await
        .expect("look-up");
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_error_is_not_cached() {
    let (count, cached) = counting(true);
    let hash = ApiKeyHash([1; 32]);
    assert!(matches!(
        cached.find_api_key(&hash).await,
        Err(PortError::Unavailable(_))
    ));
    assert_eq!(cached.find_api_key(&hash).await.expect("look-up"), None);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_revoked_key_stops_working_within_a_second() {
    assert!(TIME_TO_LIVE.as_millis() <= 500);
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let key = ApiKeys::find(&*fixture.store, fixture.api_key)
        .await
        .expect("find")
        .expect("key");
    let cached = CachedDirectory::new(fixture.store.clone());
    let look_up = || async {
        cached
            .find_api_key(&key.hash)
            .await
            .expect("look-up")
            .expect("key")
    };
    assert_eq!(look_up().await.revoked_at, None);
    fixture.store.revoke(key.id, START).await.expect("revoke");
    tokio::time::timeout(std::time::Duration::from_secs(1), async {
        while look_up().await.revoked_at.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("within a second");
}
