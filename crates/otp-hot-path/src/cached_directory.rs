//! A directory that remembers.
//!
//! Nothing is ever invalidated: what is remembered simply lives for half a second. A key revoked by
//! any process, on any store, stops working within that time, and a busy account costs two look-ups a
//! second instead of thousands. (ADR 4 has the alternatives.)

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::ids::AccountId;
use otp_core::ports::{Directory, PortError};
use otp_core::pricing::PriceList;
use otp_core::sender::SendingProfile;

use crate::lane::{shared, silent};

/// How long an answer is remembered. The contract says a revoked key stops working within a second.
pub const TIME_TO_LIVE: Duration = Duration::from_millis(500);

/// How long a look-up may take. Whoever asks answers a caller who waits.
const LOOK_UP_DEADLINE: Duration = Duration::from_secs(5);

/// The most keys and accounts remembered at a time; beyond it the least used are forgotten.
const CAPACITY: u64 = 20_000;

/// Remembers what `inner` answered. Simultaneous look-ups of one thing become one.
pub struct CachedDirectory {
    inner: Arc<dyn Directory>,
    keys: Cache<ApiKeyHash, Option<Arc<ApiKey>>>,
    profiles: Cache<AccountId, Option<Arc<SendingProfile>>>,
    prices: Cache<(), Arc<PriceList>>,
}

impl CachedDirectory {
    /// Stands in front of `inner`.
    pub fn new(inner: Arc<dyn Directory>) -> Self {
        Self {
            inner,
            keys: cache(),
            profiles: cache(),
            prices: cache(),
        }
    }
}

fn cache<K, V>() -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(CAPACITY)
        .time_to_live(TIME_TO_LIVE)
        .build()
}

/// A store that has fallen silent must not hold whoever asks it.
async fn in_time<T>(look_up: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
    tokio::time::timeout(LOOK_UP_DEADLINE, look_up)
        .await
        .unwrap_or_else(|_| Err(silent()))
}

#[async_trait]
impl Directory for CachedDirectory {
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        let look_up = in_time(self.inner.find_api_key(hash));
        self.keys
            .try_get_with(*hash, look_up)
            .await
            .map_err(|error| shared(&error))
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        let look_up = in_time(self.inner.find_sending_profile(account));
        self.profiles
            .try_get_with(account, look_up)
            .await
            .map_err(|error| shared(&error))
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        let look_up = in_time(self.inner.price_list());
        self.prices
            .try_get_with((), look_up)
            .await
            .map_err(|error| shared(&error))
    }
}
