//! Headers that several answers share.

use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, RETRY_AFTER};

/// The header of an answer that no cache may keep, because it is about one caller's data.
pub const NO_STORE: (HeaderName, &str) = (CACHE_CONTROL, "no-store");

/// Returns `Retry-After`, in seconds.
pub fn retry_after(seconds: u64) -> (HeaderName, HeaderValue) {
    (RETRY_AFTER, HeaderValue::from(seconds))
}
