//! `/dashboard/insights.csv`: the counts of the page as a table for spreadsheets, by day, channel, country and
//! template.

use actix_web::{HttpResponse, Resource};
use otp_core::insights::{Tally, TallyGroup};
use otp_edge::resource_at;

use super::day::date;
use super::filter::Filter;
use super::refusal::refuse;
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
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let filter = Filter::of(&visit);
    let show = visit.state.show_own_insights.clone();
    let (mode, length, wanted) = (filter.mode(), filter.length, filter.wanted());
    let shown = async move { show.execute(&viewer, mode, length, &wanted).await };
    match visit.run(shown).await {
        Ok(Ok(report)) => {
            let mut csv = Csv::new(&HEADINGS);
            for (day, tallies) in &report.days {
                for (group, tally) in &tallies.0 {
                    csv.push(&cells(date(*day), group, tally));
                }
            }
            csv.answer("insights.csv")
        }
        Ok(Err(error)) => refuse(&visit, &error),
        Err(answer) => answer,
    }
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
