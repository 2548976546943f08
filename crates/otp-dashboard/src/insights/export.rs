//! `/dashboard/insights.csv`: the counts of the page as a table for spreadsheets, by day, channel, country and
//! template.

use actix_web::{HttpResponse, Resource};
use otp_core::insights::{Tally, TallyGroup};
use otp_edge::resource_at;

use super::asked;
use super::filter::Filter;
use crate::csv::Csv;
use crate::visit::Visit;

/// The names of the columns: those of the API.
const HEADINGS: [&str; 12] = [
    "day",
    "channel",
    "country",
    "template",
    "accepted",
    "sent",
    "delivered",
    "read",
    "verified",
    "failed",
    "p50Ms",
    "p95Ms",
];

pub(super) fn resource() -> Resource {
    resource_at("/insights.csv").get(download).finish()
}

async fn download(visit: Visit) -> HttpResponse {
    table(&visit)
        .await
        .map_or_else(|answer| answer, |table| table.answer("insights.csv"))
}

async fn table(visit: &Visit) -> Result<Csv, HttpResponse> {
    let viewer = visit.viewer().await?;
    let report = asked::report(visit, viewer, &Filter::of(visit)).await?;
    let mut csv = Csv::new(&HEADINGS);
    for (day, tallies) in &report.days {
        for (group, tally) in &tallies.0 {
            csv.push(&cells(day.to_date(), group, tally));
        }
    }
    Ok(csv)
}

fn cells(day: String, group: &TallyGroup, tally: &Tally) -> [String; 12] {
    let region = group.region.map(|region| region.as_str().to_owned());
    let template = group.template.as_ref().map(|name| name.as_str().to_owned());
    let failed: u64 = tally.failures.values().sum();
    let time = |percent| {
        let time = tally.times.percentile(percent);
        time.map(|time| time.as_millis().to_string())
            .unwrap_or_default()
    };
    [
        day,
        group.channel.as_str().to_owned(),
        region.unwrap_or_default(),
        template.unwrap_or_default(),
        tally.accepted.to_string(),
        tally.sent.to_string(),
        tally.delivered.to_string(),
        tally.read.to_string(),
        tally.verified.to_string(),
        failed.to_string(),
        time(50),
        time(95),
    ]
}
