//! Cached answers: each expires half a second after its look-up began, however long that took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::future::Cache;
use otp_core::ports::PortError;

use crate::batcher::timed_out;
use crate::shared_error::shared;

/// The time an answer is cached, from the beginning of its look-up. The API promises that a revoked
/// key stops working within a second.
pub const TIME_TO_LIVE: Duration = Duration::from_millis(500);

/// The time limit of a look-up: an API client waits for it.
const LOOK_UP_DEADLINE: Duration = Duration::from_secs(5);

/// The maximum number of cached keys, and of cached accounts; beyond that the least used are
/// dropped.
const CAPACITY: u64 = 20_000;

/// The number of look-ups of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookUps {
    /// The kind: `api_key`, `sending_profile`, `account_key` or `price_list`.
    pub what: &'static str,
    /// Look-ups answered from the cache.
    pub hits: u64,
    /// Look-ups that asked the store.
    pub misses: u64,
}

/// The cached answers of one kind, with hits and misses.
pub(crate) struct Answers<K, V> {
    cache: Cache<K, Dated<V>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// An answer, and when its look-up began: what it says may have changed since then.
#[derive(Clone)]
struct Dated<V> {
    answer: V,
    asked_at: Instant,
}

impl<V> Dated<V> {
    /// Returns how long the answer may be used after `now`.
    fn remaining(&self, now: Instant) -> Duration {
        TIME_TO_LIVE.saturating_sub(now.saturating_duration_since(self.asked_at))
    }
}

struct SinceTheLookUp;

impl<K, V> Expiry<K, Dated<V>> for SinceTheLookUp {
    fn expire_after_create(&self, _: &K, dated: &Dated<V>, now: Instant) -> Option<Duration> {
        Some(dated.remaining(now))
    }

    fn expire_after_update(
        &self,
        _: &K,
        dated: &Dated<V>,
        now: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(dated.remaining(now))
    }
}

impl<K, V> Answers<K, V>
where
    K: std::hash::Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        let cache = Cache::builder()
            .max_capacity(CAPACITY)
            .expire_after(SinceTheLookUp)
            .build();
        Self {
            cache,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// Returns the cached answer, or looks it up. Simultaneous look-ups of the same key become one.
    pub(crate) async fn get<F>(&self, key: &K, look_up: impl Fn() -> F) -> Result<V, PortError>
    where
        F: Future<Output = Result<V, PortError>>,
    {
        if let Some(dated) = self.cache.get(key).await {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(dated.answer);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let called_at = Instant::now();
        loop {
            let look_up = async {
                let asked_at = Instant::now();
                let answer = in_time(look_up()).await?;
                Ok(Dated { answer, asked_at })
            };
            let dated = self.cache.try_get_with_by_ref(key, look_up).await;
            let dated = dated.map_err(|error| shared(&error))?;
            // A slow look-up that another caller began may have been too old when this one called. The
            // next one begins later than this call.
            if !dated.remaining(called_at).is_zero() {
                return Ok(dated.answer);
            }
        }
    }

    pub(crate) fn look_ups(&self, what: &'static str) -> LookUps {
        LookUps {
            what,
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }
}

/// Fails a look-up that takes too long: a store that no longer answers must not block its callers.
async fn in_time<T>(look_up: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
    tokio::time::timeout(LOOK_UP_DEADLINE, look_up)
        .await
        .unwrap_or_else(|_| Err(timed_out()))
}
