//! Limiter: counts the requests of each client.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use otp_core::cooldown::whole_seconds;

use super::quota::{Exceeded, PerIpQuota};
use crate::client_address::{TrustedProxies, client_address, counted_address};

/// Number of known addresses below which idle ones are not purged.
const MIN_PURGED: usize = 1_024;

/// A limit of requests per IP address. Clones share its counts.
///
/// Register it with `app_data` and wrap the same scope or resource with
/// `from_fn(`[`per_ip_limit`](super::per_ip_limit)`)`.
#[derive(Clone)]
pub struct PerIpLimit {
    limiter: Arc<Limiter>,
    trusted_proxies: TrustedProxies,
}

impl PerIpLimit {
    /// A limit of this quota for each client.
    pub fn new(quota: PerIpQuota, trusted_proxies: TrustedProxies) -> Self {
        Self {
            limiter: Arc::new(Limiter::with_clock(quota, DefaultClock::default())),
            trusted_proxies,
        }
    }

    /// Counts this request of its client.
    pub(super) fn check(&self, request: &HttpRequest) -> Result<(), Exceeded> {
        let client = client_address(request, &self.trusted_proxies);
        self.limiter.check(counted_address(client))
    }
}

struct Limiter<C: Clock = DefaultClock> {
    limiter: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    quota: PerIpQuota,
    since_purge: AtomicUsize,
}

impl<C: Clock + Clone> Limiter<C> {
    fn with_clock(quota: PerIpQuota, clock: C) -> Self {
        let rate = Quota::with_period(quota.interval()).expect("an interval is never zero");
        let rate = rate.allow_burst(quota.burst());
        Self {
            limiter: RateLimiter::dashmap_with_clock(rate, clock.clone()),
            clock,
            quota,
            since_purge: AtomicUsize::new(0),
        }
    }

    fn check(&self, client: IpAddr) -> Result<(), Exceeded> {
        self.purge_if_due();
        self.limiter
            .check_key(&client)
            .map_err(|not_until| Exceeded {
                burst: self.quota.burst(),
                window_seconds: self.quota.window_seconds(),
                wait_seconds: whole_seconds(not_until.wait_time_from(self.clock.now())).max(1),
            })
    }

    /// Forgets the addresses whose quota has recovered, once per half as many requests as there are
    /// addresses. That costs a request next to nothing, and keeps memory in proportion to the
    /// traffic of the last window, whatever addresses it comes from.
    fn purge_if_due(&self) {
        let since_purge = self.since_purge.fetch_add(1, Ordering::Relaxed);
        if since_purge >= MIN_PURGED && 2 * since_purge >= self.limiter.len() {
            self.since_purge.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limiter(per_second: u32, burst: u32) -> (Limiter<FakeRelativeClock>, FakeRelativeClock) {
        let some = |number| NonZeroU32::new(number).expect("not zero");
        let quota = PerIpQuota::per_second(some(per_second), some(burst));
        let clock = FakeRelativeClock::default();
        (Limiter::with_clock(quota, clock.clone()), clock)
    }

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn a_client_passes_after_the_stated_wait_and_not_earlier() {
        let (limiter, clock) = limiter(2, 5);
        for _ in 0..5 {
            assert_eq!(limiter.check(address(1)), Ok(()));
        }
        clock.advance(Duration::from_millis(499));
        let exceeded = limiter
            .check(address(1))
            .expect_err("half a second per request");
        assert_eq!(exceeded.wait_seconds, 1);
        assert_eq!(exceeded.window_seconds, 3);
        clock.advance(Duration::from_secs(exceeded.wait_seconds));
        assert_eq!(limiter.check(address(1)), Ok(()));
    }

    #[test]
    fn a_quota_of_an_hour_is_spent_at_once_and_recovers_one_by_one() {
        let five = NonZeroU32::new(5).expect("not zero");
        let quota = PerIpQuota::per_period(five, Duration::from_secs(60 * 60));
        let clock = FakeRelativeClock::default();
        let limiter = Limiter::with_clock(quota, clock.clone());
        for _ in 0..5 {
            assert_eq!(limiter.check(address(1)), Ok(()));
        }
        let exceeded = limiter.check(address(1)).expect_err("five in an hour");
        assert_eq!(
            (exceeded.wait_seconds, exceeded.window_seconds),
            (720, 3_600)
        );
        clock.advance(Duration::from_secs(720));
        assert_eq!(limiter.check(address(1)), Ok(()));
        assert!(limiter.check(address(1)).is_err());
    }

    #[test]
    fn idle_addresses_are_forgotten() {
        let (limiter, clock) = limiter(1, 1);
        for round in 0..20 {
            for client in 0..1_000 {
                assert_eq!(limiter.check(address(round * 1_000 + client)), Ok(()));
            }
            clock.advance(Duration::from_secs(2));
        }
        let known = limiter.limiter.len();
        assert!(known <= 3 * MIN_PURGED, "{known}");
    }

    #[test]
    fn a_purge_forgets_no_client_that_is_still_counted() {
        let (limiter, _) = limiter(1, 1);
        assert_eq!(limiter.check(address(0)), Ok(()));
        for client in 1..5_000 {
            assert_eq!(limiter.check(address(client)), Ok(()));
        }
        assert!(limiter.check(address(0)).is_err());
    }
}
