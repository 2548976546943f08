//! A directory that remembers.
//!
//! Nothing is ever invalidated: what is remembered simply lives for half a second. A key revoked by
//! any process, on any store, stops working within that time, and a busy account costs two look-ups a
//! second instead of thousands. (ADR 4 has the alternatives.)

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::channel::whatsapp::SendingProfile;
use otp_core::ids::AccountId;
use otp_core::ports::{Directory, PortError};
use otp_core::pricing::PriceList;

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
    keys: Remembered<ApiKeyHash, Option<Arc<ApiKey>>>,
    profiles: Remembered<AccountId, Option<Arc<SendingProfile>>>,
    prices: Remembered<(), Arc<PriceList>>,
}

/// How often a kind of thing was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookUps {
    /// What was asked for: `api_key`, `sending_profile`, `price_list`.
    pub what: &'static str,
    /// Answered from memory.
    pub hits: u64,
    /// Not answered from memory.
    pub misses: u64,
}

impl CachedDirectory {
    /// Stands in front of `inner`.
    pub fn new(inner: Arc<dyn Directory>) -> Self {
        Self {
            inner,
            keys: Remembered::new(),
            profiles: Remembered::new(),
            prices: Remembered::new(),
        }
    }

    /// How often what was asked for, and how often it was remembered.
    pub fn look_ups(&self) -> [LookUps; 3] {
        [
            self.keys.look_ups("api_key"),
            self.profiles.look_ups("sending_profile"),
            self.prices.look_ups("price_list"),
        ]
    }
}

/// Answers of one kind, and how often they were there.
struct Remembered<K, V> {
    answers: Cache<K, V>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl<K, V> Remembered<K, V>
where
    K: std::hash::Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn new() -> Self {
        let answers = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(TIME_TO_LIVE)
            .build();
        Self {
            answers,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    async fn get(
        &self,
        key: &K,
        look_up: impl Future<Output = Result<V, PortError>>,
    ) -> Result<V, PortError> {
        if let Some(answer) = self.answers.get(key).await {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(answer);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let answer = self.answers.try_get_with_by_ref(key, in_time(look_up));
        answer.await.map_err(|error| shared(&error))
    }

    fn look_ups(&self, what: &'static str) -> LookUps {
        LookUps {
            what,
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }
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
        self.keys.get(hash, self.inner.find_api_key(hash)).await
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        let look_up = self.inner.find_sending_profile(account);
        self.profiles.get(&account, look_up).await
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        self.prices.get(&(), self.inner.price_list()).await
    }
}
