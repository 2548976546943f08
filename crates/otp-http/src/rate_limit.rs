//! The limit per IP address (GCRA): the first thing a request to the API meets.

mod client_ip;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use otp_core::cooldown::whole_seconds;

use crate::context::RequestContext;
use crate::error::{ApiError, retry_after};
use crate::options::{HttpOptions, PerIpQuota, TrustedProxies};

/// Fewer known addresses than this are not worth looking through for idle ones.
const WORTH_PURGING: usize = 1_024;

/// Judges each request by its client's address.
pub(crate) struct PerIpLimit<C: Clock = DefaultClock> {
    limiter: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    quota: PerIpQuota,
    trusted_proxies: TrustedProxies,
    since_purge: AtomicUsize,
}

/// A client asked too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    /// Requests allowed at once.
    pub(crate) burst: NonZeroU32,
    /// How long a used-up quota takes to be whole again.
    pub(crate) window_seconds: u64,
    /// From when on the next request passes.
    pub(crate) wait_seconds: u64,
}

impl PerIpLimit {
    /// The limit these options ask for, if they do.
    pub(crate) fn new(options: &HttpOptions) -> Option<Self> {
        let quota = options.per_ip?;
        Some(Self::with_clock(
            quota,
            options.trusted_proxies.clone(),
            DefaultClock::default(),
        ))
    }
}

impl<C: Clock + Clone> PerIpLimit<C> {
    fn with_clock(quota: PerIpQuota, trusted_proxies: TrustedProxies, clock: C) -> Self {
        let rate = Quota::per_second(quota.per_second).allow_burst(quota.burst);
        Self {
            limiter: RateLimiter::dashmap_with_clock(rate, clock.clone()),
            clock,
            quota,
            trusted_proxies,
            since_purge: AtomicUsize::new(0),
        }
    }

    /// Counts one request of the client.
    fn check(&self, client: IpAddr) -> Result<(), Exceeded> {
        self.purge_now_and_then();
        self.limiter
            .check_key(&client)
            .map_err(|not_until| Exceeded {
                burst: self.quota.burst,
                window_seconds: window_seconds(self.quota),
                wait_seconds: whole_seconds(not_until.wait_time_from(self.clock.now())).max(1),
            })
    }

    /// Forgets the addresses that have their whole quota again. Once per half as many requests as
    /// there are addresses: that costs each request next to nothing, and keeps memory in proportion
    /// to the traffic of the last window, whatever addresses it comes from.
    fn purge_now_and_then(&self) {
        let since_purge = self.since_purge.fetch_add(1, Ordering::Relaxed);
        if since_purge >= WORTH_PURGING && 2 * since_purge >= self.limiter.len() {
            self.since_purge.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
    }
}

/// How long a used-up quota takes to be whole again.
fn window_seconds(quota: PerIpQuota) -> u64 {
    u64::from(quota.burst.get()).div_ceil(u64::from(quota.per_second.get()))
}

impl Exceeded {
    /// `Retry-After`, `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
    pub(crate) fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        let Self {
            burst,
            window_seconds,
            wait_seconds,
        } = self;
        let text = |text: String| {
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
        };
        [
            retry_after(*wait_seconds),
            (
                HeaderName::from_static("ratelimit-policy"),
                text(format!("\"ip\";q={burst};w={window_seconds}")),
            ),
            (
                HeaderName::from_static("ratelimit"),
                text(format!("\"ip\";r=0;t={wait_seconds}")),
            ),
        ]
    }
}

/// Middleware of the API's paths: refuses a client that asks too often before anything else happens.
pub(crate) async fn per_ip_limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let refused = request.app_data::<Data<PerIpLimit>>().and_then(|limit| {
        let client = client_ip::of(request.request(), &limit.trusted_proxies);
        limit.check(client_ip::counted_as(client)).err()
    });
    match refused {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(exceeded) => {
            let context = RequestContext::of(request.request());
            let answer = ApiError::TooManyRequests(exceeded).answer(&context);
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limit(per_second: u32, burst: u32) -> (PerIpLimit<FakeRelativeClock>, FakeRelativeClock) {
        let some = |number| NonZeroU32::new(number).expect("not zero");
        let quota = PerIpQuota {
            per_second: some(per_second),
            burst: some(burst),
        };
        let clock = FakeRelativeClock::default();
        let limit = PerIpLimit::with_clock(quota, TrustedProxies::default(), clock.clone());
        (limit, clock)
    }

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn who_waits_as_told_passes_and_who_comes_earlier_does_not() {
        let (limit, clock) = limit(2, 5);
        for _ in 0..5 {
            assert_eq!(limit.check(address(1)), Ok(()));
        }
        clock.advance(Duration::from_millis(499));
        let exceeded = limit
            .check(address(1))
            .expect_err("half a second a request");
        assert_eq!(exceeded.wait_seconds, 1);
        assert_eq!(exceeded.window_seconds, 3);
        clock.advance(Duration::from_secs(exceeded.wait_seconds));
        assert_eq!(limit.check(address(1)), Ok(()));
    }

    #[test]
    fn addresses_that_went_quiet_are_forgotten() {
        let (limit, clock) = limit(1, 1);
        for round in 0..20 {
            for client in 0..1_000 {
                assert_eq!(limit.check(address(round * 1_000 + client)), Ok(()));
            }
            clock.advance(Duration::from_secs(2));
        }
        assert!(
            limit.limiter.len() <= 3 * WORTH_PURGING,
            "{}",
            limit.limiter.len()
        );
    }

    #[test]
    fn purging_forgets_nobody_who_is_still_counted() {
        let (limit, _) = limit(1, 1);
        assert_eq!(limit.check(address(0)), Ok(()));
        for client in 1..5_000 {
            assert_eq!(limit.check(address(client)), Ok(()));
        }
        assert!(limit.check(address(0)).is_err());
    }
}
