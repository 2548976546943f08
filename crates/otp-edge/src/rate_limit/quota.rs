//! Quota of a client, and how an answer states that it is exceeded.

use std::num::NonZeroU32;

use actix_web::http::header::{HeaderName, HeaderValue};

use crate::headers::retry_after;

/// The requests that one IP address may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerIpQuota {
    /// Requests per second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

impl PerIpQuota {
    /// Returns how long an exhausted quota takes to recover completely, in seconds.
    pub(super) fn window_seconds(self) -> u64 {
        u64::from(self.burst.get()).div_ceil(u64::from(self.per_second.get()))
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
