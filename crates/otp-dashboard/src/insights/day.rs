//! The days of the insights.

use otp_core::insights::{InsightsReport, Tally};

/// Fewer messages than this are not drawn: their shares say nothing.
pub(super) const FEWEST_DRAWN: u64 = 20;

/// The counts of a day, as its date.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) date: String,
    pub(super) tally: Tally,
}

/// Returns the days of a report, the oldest first.
pub(super) fn days_of(report: &InsightsReport) -> Vec<Day> {
    let days = report.by_day().into_iter();
    days.map(|(day, tally)| Day {
        date: day.to_date(),
        tally,
    })
    .collect()
}
