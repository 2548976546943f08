//! Tests of a store that no longer answers: its callers get an error in time.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::ids::AccountId;
use otp_core::keyring::AccountKey;
use otp_core::ports::{Directory, PortError, SendLedger};
use otp_core::pricing::PriceList;
use otp_core::send::SendingProfile;
use otp_core::send::{Admission, SendAttempt, Settlement};
use otp_hot_path::{BatchLimits, CachedDirectory, GroupCommit};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use tokio::time::{Instant, timeout};

struct Silent;

#[async_trait]
impl Directory for Silent {
    async fn find_api_key(&self, _: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        pending().await
    }

    async fn find_sending_profile(
        &self,
        _: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        pending().await
    }

    async fn find_account_key(&self, _: AccountId) -> Result<Option<Arc<AccountKey>>, PortError> {
        pending().await
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        pending().await
    }
}

#[async_trait]
impl SendLedger for Silent {
    async fn admit(&self, _: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        pending().await
    }

    async fn settle(&self, _: Arc<[Settlement]>) -> Result<(), PortError> {
        pending().await
    }
}

/// The time within which every call fails.
const MAX_WAIT: Duration = Duration::from_secs(20);

async fn is_unavailable<T>(call: impl Future<Output = Result<T, PortError>>) -> bool {
    let answer = timeout(MAX_WAIT, call).await.expect("an answer in time");
    matches!(answer, Err(PortError::Unavailable(_)))
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_is_never_answered_fails_as_unavailable() {
    let cached = CachedDirectory::new(Arc::new(Silent));
    assert!(is_unavailable(cached.find_api_key(&ApiKeyHash([1; 32]))).await);
    assert!(is_unavailable(cached.price_list()).await);
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    assert!(is_unavailable(cached.find_sending_profile(fixture.account)).await);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_never_ends_blocks_neither_its_callers_nor_the_next_batch() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let ledger: Arc<dyn SendLedger> = Arc::new(Silent);
    let group = GroupCommit::start(ledger, BatchLimits::default());
    let started = Instant::now();
    for number in 1..=3 {
        let attempt = Arc::from([fixture.attempt(number)]);
        assert!(is_unavailable(group.admit(attempt)).await);
        assert!(started.elapsed() < number * MAX_WAIT);
    }
}
