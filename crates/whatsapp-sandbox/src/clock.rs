//! The wall clock, and times in the control API.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Returns the current time. This is the only place that reads the clock. The sandbox plays a
/// remote service, whose clock callers cannot set.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox does not depend on the gateway and its Clock port"
)]
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Formats a time for the control API.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
