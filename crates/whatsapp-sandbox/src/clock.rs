//! The one place that reads the time of day.

use time::OffsetDateTime;

/// Now. The sandbox plays a remote service, whose clock nobody can turn either.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is outside the gateway and its Clock"
)]
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
