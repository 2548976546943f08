//! Quota of a client, and how an answer states that it is exceeded.

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};

use crate::headers::retry_after;

/// The requests that one IP address may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerIpQuota {
    /// Requests in each period, in the long run.
    requests: NonZeroU32,
    /// The period.
    period: Duration,
    /// Requests at once.
    burst: NonZeroU32,
}

impl PerIpQuota {
    /// A quota of `requests` per second in the long run, and `burst` at once.
    pub const fn per_second(requests: NonZeroU32, burst: NonZeroU32) -> Self {
        Self {
            requests,
            period: Duration::from_secs(1),
            burst,
        }
    }

    /// A quota of `requests` in each period, all at once or one after the other.
    pub const fn per_period(requests: NonZeroU32, period: Duration) -> Self {
        Self {
            requests,
            period,
            burst: requests,
        }
    }

    /// Returns how many requests may be made at once.
    pub(super) const fn burst(self) -> NonZeroU32 {
        self.burst
    }

    /// Returns after how long one more request may be made.
    pub(super) fn interval(self) -> Duration {
        // A nanosecond is the least that the limiter can count.
        (self.period / self.requests.get()).max(Duration::from_nanos(1))
    }

    /// Returns how long an exhausted quota takes to recover completely, in seconds.
    pub(super) fn window_seconds(self) -> u64 {
        let window = self.period.as_secs() * u64::from(self.burst.get());
        window.div_ceil(u64::from(self.requests.get()))
    }
}

/// A client exceeded its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Requests allowed at once.
    pub burst: NonZeroU32,
    /// Seconds until an exhausted quota has recovered completely.
    pub window_seconds: u64,
    /// Seconds until the next request is accepted.
    pub wait_seconds: u64,
}

impl Exceeded {
    /// Returns `Retry-After`, `RateLimit-Policy` and `RateLimit`
    /// (draft-ietf-httpapi-ratelimit-headers-10).
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        let Self {
            burst,
            window_seconds,
            wait_seconds,
        } = self;
        let value = |text: String| {
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
        };
        [
            retry_after(*wait_seconds),
            (
                HeaderName::from_static("ratelimit-policy"),
                value(format!("\"ip\";q={burst};w={window_seconds}")),
            ),
            (
                HeaderName::from_static("ratelimit"),
                value(format!("\"ip\";r=0;t={wait_seconds}")),
            ),
        ]
    }
}
