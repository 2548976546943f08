//! The figure of the messages of each day, on the page of insights and on the overview.

use otp_core::insights::{InsightsReport, Tally};

use super::chart::DaysChart;
use super::day::{Day, FEWEST_DRAWN, days_of};
use super::finding;
use crate::markup::Markup;
use crate::page::Page;
use crate::share;

/// The messages of each day: what they show in words, as a drawing and as a table.
pub(crate) struct DaysFigure {
    pub(crate) finding: Vec<Markup>,
    pub(crate) chart: DaysChart,
    /// The rows of the table, the newest day first.
    pub(crate) rows: Vec<DayRow>,
}

/// A day in the table.
pub(crate) struct DayRow {
    pub(crate) date: String,
    pub(crate) sent: u64,
    pub(crate) delivered: u64,
    /// The share of the sent messages that were delivered.
    pub(crate) share: Option<String>,
}

impl DaysFigure {
    pub(super) fn new(page: &Page, total: &Tally, days: &[Day]) -> Self {
        let rows = days.iter().rev().map(|day| DayRow {
            date: day.date.clone(),
            sent: day.tally.sent,
            delivered: day.tally.delivered,
            share: share::percent(day.tally.delivered, day.tally.sent),
        });
        Self {
            finding: finding::of_days(page, total, days),
            chart: DaysChart::new(days),
            rows: rows.collect(),
        }
    }

    /// Returns the figure of a report; `None` if it has too few messages to draw.
    pub(super) fn of(page: &Page, report: &InsightsReport) -> Option<Self> {
        let total = report.total();
        let is_drawn = total.accepted >= FEWEST_DRAWN;
        is_drawn.then(|| Self::new(page, &total, &days_of(report)))
    }
}
