//! Tests of the cache: few look-ups, and no answer older than half a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::ids::AccountId;
use otp_core::keyring::AccountKey;
use otp_core::ports::{ApiKeys, Directory, MockDirectory, PortError};
use otp_core::pricing::PriceList;
use otp_core::send::SendingProfile;
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

/// A directory whose look-ups each take `duration`.
struct Slow {
    duration: std::time::Duration,
    begun: Arc<AtomicUsize>,
}

#[async_trait]
impl Directory for Slow {
    async fn find_api_key(&self, _: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.duration).await;
        Ok(None)
    }

    async fn find_sending_profile(
        &self,
        _: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        Ok(None)
    }

    async fn find_account_key(&self, _: AccountId) -> Result<Option<Arc<AccountKey>>, PortError> {
        Ok(None)
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        Ok(Arc::default())
    }
}

fn slow(duration: std::time::Duration) -> (Arc<AtomicUsize>, CachedDirectory) {
    let begun = Arc::new(AtomicUsize::new(0));
    let slow = Slow {
        duration,
        begun: Arc::clone(&begun),
    };
    (begun, CachedDirectory::new(Arc::new(slow)))
}

#[tokio::test]
async fn the_half_second_begins_before_the_look_up() {
    let (begun, cached) = slow(TIME_TO_LIVE);
    let hash = ApiKeyHash([1; 32]);
    for look_ups in 1..=2 {
        cached.find_api_key(&hash).await.expect("look-up");
        assert_eq!(begun.load(Ordering::SeqCst), look_ups);
    }
}

#[tokio::test]
async fn callers_share_a_look_up_unless_it_began_too_long_before_they_called() {
    let (begun, cached) = slow(2 * TIME_TO_LIVE);
    let hash = ApiKeyHash([1; 32]);
    let call = async |after: std::time::Duration| {
        tokio::time::sleep(after).await;
        cached.find_api_key(&hash).await.expect("look-up");
    };
    let none = std::time::Duration::ZERO;
    tokio::join!(call(none), call(none), call(TIME_TO_LIVE / 4));
    assert_eq!(begun.load(Ordering::SeqCst), 1, "shared");
    tokio::join!(call(none), call(3 * TIME_TO_LIVE / 2));
    assert_eq!(
        begun.load(Ordering::SeqCst),
        3,
        "the late caller looks up again"
    );
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
    fixture
        .store
        .revoke(key.id, START, &fixture.entry())
        .await
        .expect("revoke");
    tokio::time::timeout(std::time::Duration::from_secs(1), async {
        while look_up().await.revoked_at.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("within a second");
}
