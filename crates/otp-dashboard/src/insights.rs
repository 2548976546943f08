//! `/dashboard/insights`: how far the messages of an account got.

mod asked;
mod chart;
mod day;
mod days_figure;
mod export;
mod filter;
mod finding;
mod funnel;
mod samples;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use askama::Template;
use otp_core::channel::Channel;
use otp_core::insights::{InsightsReport, Tally};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::share;
use crate::visit::Visit;
use chart::TimesChart;
use day::{Day, FEWEST_DRAWN, days_of};
use filter::Filter;
use funnel::Stage;

pub(crate) use days_figure::DaysFigure;
pub(crate) use samples::sample_days;

/// The rows of a table of countries, templates or failures. The others are in the file.
const ROWS: usize = 12;

#[derive(Template)]
#[template(path = "insights.html")]
pub(crate) struct InsightsPage {
    page: Page,
    frame: Frame,
    filter: Filter,
    report: InsightsReport,
    total: Tally,
    days: Vec<Day>,
}

/// A row of a table.
struct Row {
    /// A country, a template or a code; `None` for messages without.
    name: Option<String>,
    sent: u64,
    /// The share of them that was delivered.
    delivered: Option<Markup>,
    /// The median of the times to delivery.
    half: Option<Markup>,
}

/// The messages that failed with one code.
struct FailureRow {
    code: Option<String>,
    count: u64,
    length: String,
}

pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/insights").get(show).finish())
        .service(export::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    page_of(&visit)
        .await
        .map_or_else(|answer| answer, |page| answer::page(StatusCode::OK, &page))
}

/// Returns the messages of each of the last 14 days; `None` if there are too few to draw.
pub(crate) async fn last_days(
    visit: &Visit,
    viewer: Viewer,
) -> Result<Option<DaysFigure>, HttpResponse> {
    let report = asked::report(visit, viewer, &Filter::NONE).await?;
    Ok(DaysFigure::of(&visit.page(), &report))
}

async fn page_of(visit: &Visit) -> Result<InsightsPage, HttpResponse> {
    let viewer = visit.viewer().await?;
    let filter = Filter::of(visit);
    let frame = visit.frame(&viewer, Place::Insights);
    let report = asked::report(visit, viewer, &filter).await?;
    Ok(InsightsPage::new(visit.page(), frame, filter, report))
}

impl InsightsPage {
    fn new(page: Page, frame: Frame, filter: Filter, report: InsightsReport) -> Self {
        Self {
            days: days_of(&report),
            total: report.total(),
            page,
            frame,
            filter,
            report,
        }
    }

    /// Returns whether the account has sent nothing in the period.
    fn is_empty(&self) -> bool {
        self.total.accepted == 0 && !self.filter.is_set() && !self.report.is_behind
    }

    /// Returns whether there is enough to draw.
    fn is_drawn(&self) -> bool {
        self.total.accepted >= FEWEST_DRAWN
    }

    fn stages(&self) -> [Stage; 5] {
        funnel::stages(&self.total)
    }

    fn finding(&self) -> Vec<Markup> {
        finding::of_funnel(&self.page, &self.total)
    }

    fn times_finding(&self) -> Option<Markup> {
        finding::of_times(&self.page, &self.total)
    }

    fn days_figure(&self) -> DaysFigure {
        DaysFigure::new(&self.page, &self.total, &self.days)
    }

    fn times_chart(&self) -> TimesChart {
        TimesChart::new(&self.days)
    }

    /// Returns whether some messages are mails, whose delivery nobody reports.
    fn has_mails(&self) -> bool {
        let mut days = self.report.days.iter();
        days.any(|(_, tallies)| {
            let mut groups = tallies.0.keys();
            groups.any(|group| group.channel == Channel::Email)
        })
    }

    fn countries(&self) -> Vec<Row> {
        let rows = self.report.by_region().into_iter().take(ROWS);
        rows.map(|(region, tally)| {
            self.row(region.map(|region| region.as_str().to_owned()), &tally)
        })
        .collect()
    }

    fn templates(&self) -> Vec<Row> {
        let rows = self.report.by_template().into_iter().take(ROWS);
        rows.map(|(name, tally)| self.row(name.map(|name| name.as_str().to_owned()), &tally))
            .collect()
    }

    fn row(&self, name: Option<String>, tally: &Tally) -> Row {
        // Only mails have no country, and nobody reports their delivery.
        let is_reported = name.is_some() || tally.delivered > 0;
        Row {
            name,
            sent: tally.sent,
            delivered: self.delivered(tally).filter(|_| is_reported),
            half: self.time(tally, 50),
        }
    }

    fn failures(&self) -> Vec<FailureRow> {
        let mut found: Vec<_> = self.total.failures.iter().collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let most = found.first().map_or(0, |(_, count)| **count);
        let rows = found.into_iter().take(ROWS);
        rows.map(|(code, count)| FailureRow {
            code: code.map(|code| code.to_string()),
            count: *count,
            length: share::length(*count, most).unwrap_or_default(),
        })
        .collect()
    }

    /// Returns a percentile of the times to delivery.
    fn time(&self, tally: &Tally, percent: u64) -> Option<Markup> {
        let time = tally.times.percentile(percent)?;
        Some(self.page.took(&time))
    }

    /// Returns the share of the sent messages that were delivered.
    fn delivered(&self, tally: &Tally) -> Option<Markup> {
        let share = share::percent(tally.delivered, tally.sent)?;
        Some(self.page.code(&share))
    }

    /// Returns the days, the newest first.
    fn newest_first(&self) -> impl Iterator<Item = &Day> {
        self.days.iter().rev()
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let stages = funnel::stages(&Tally::default()).map(|stage| stage.key);
    let lengths = otp_core::usecases::show_own_insights::ReportLength::ALL.map(filter::length_key);
    let keys = finding::KEYS.into_iter();
    keys.chain(stages).chain(lengths).collect()
}
