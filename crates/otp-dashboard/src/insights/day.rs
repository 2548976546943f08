//! The days of the insights.

use otp_core::insights::Tally;

/// Fewer messages than this are not drawn: their shares say nothing.
pub(super) const FEWEST_DRAWN: u64 = 20;

/// The counts of a day, as its date.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) date: String,
    pub(super) tally: Tally,
}
