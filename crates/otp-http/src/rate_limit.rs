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

use crate::context::RequestContext;
use crate::error::{ApiError, retry_after, whole_seconds};
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

    /// Forgets the addresses that have their whole quota again. Once per as many requests as there
    /// are addresses, so that it costs each request next to nothing and memory stays in proportion
    /// to the traffic of the last window, whatever addresses it pretends to come from.
    fn purge_now_and_then(&self) {
        let since_purge = self.since_purge.fetch_add(1, Ordering::Relaxed);
        if since_purge >= WORTH_PURGING && since_purge >= self.limiter.len() {
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
