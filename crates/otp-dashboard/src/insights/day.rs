//! The days of the insights.

use otp_core::insights::Tally;
use otp_core::time::Timestamp;

/// Fewer messages than this are not drawn: their shares say nothing.
pub(super) const FEWEST_DRAWN: u64 = 20;

/// The counts of a day, as its date.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) date: String,
    pub(super) tally: Tally,
}

/// Returns the day of an instant, such as 2026-05-14.
pub(super) fn date(instant: Timestamp) -> String {
    let text = instant.to_rfc3339();
    text.split_once('T').unwrap_or_default().0.to_owned()
}
