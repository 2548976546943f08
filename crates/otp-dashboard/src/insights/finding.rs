//! Findings: what a drawing shows, as a sentence.

use otp_core::insights::Tally;

use super::day::{Day, FEWEST_DRAWN};
use super::funnel::{self, Stage};
use crate::markup::Markup;
use crate::page::Page;
use crate::share;
use crate::value::Value;

/// The keys of all words.
#[cfg(test)]
pub(super) const KEYS: [&str; 8] = [
    "funnel-finding",
    "funnel-lost-sent",
    "funnel-lost-delivered",
    "funnel-lost-read",
    "funnel-lost-verified",
    "times-finding",
    "days-finding",
    "days-weakest",
];

/// Says how many codes were entered, and where most are lost.
pub(super) fn of_funnel(page: &Page, total: &Tally) -> Vec<Markup> {
    let Some(share) = share::percent(total.verified, total.accepted) else {
        return Vec::new();
    };
    let entered = page.say("funnel-finding", "share", &share);
    let stages = funnel::stages(total);
    let most = stages.iter().max_by_key(|stage| stage.lost);
    let lost = most.filter(|stage| stage.lost > 0);
    let lost = lost.and_then(|stage| say_lost(page, stage));
    [Some(entered), lost].into_iter().flatten().collect()
}

fn say_lost(page: &Page, stage: &Stage) -> Option<Markup> {
    let key = match stage.key {
        "stage-sent" => "funnel-lost-sent",
        "stage-delivered" => "funnel-lost-delivered",
        "stage-read" => "funnel-lost-read",
        "stage-verified" => "funnel-lost-verified",
        _ => return None,
    };
    Some(page.say_all(key, &[("count", Value::Number(stage.lost))]))
}

/// Says how soon codes arrive; `None` if no delivery was reported.
pub(super) fn of_times(page: &Page, total: &Tally) -> Option<Markup> {
    let time = |percent| total.times.percentile(percent);
    let plain = |percent| time(percent).map(|time| page.took_plain(&time));
    let (half, most) = (plain(50)?, plain(95)?);
    let values = [("half", Value::Name(&half)), ("most", Value::Name(&most))];
    Some(page.say_all("times-finding", &values))
}

/// Says how many messages were sent and delivered, and on which day the fewest arrived.
pub(super) fn of_days(page: &Page, total: &Tally, days: &[Day]) -> Vec<Markup> {
    let Some(share) = share::percent(total.delivered, total.sent) else {
        return Vec::new();
    };
    let values = [
        ("sent", Value::Number(total.sent)),
        ("share", Value::Code(&share)),
    ];
    let all = page.say_all("days-finding", &values);
    // Receipts of the last day are still under way.
    let over = days.split_last().map_or(days, |(_, over)| over).iter();
    let drawn = over.filter(|day| day.tally.sent >= FEWEST_DRAWN);
    let delivered = |tally: &Tally| share::thousandths(tally.delivered, tally.sent);
    let weakest = drawn.min_by_key(|day| delivered(&day.tally));
    let weakest = weakest.filter(|day| delivered(&day.tally) < delivered(total));
    let weakest = weakest.and_then(|day| {
        let share = share::percent(day.tally.delivered, day.tally.sent)?;
        let values = [
            ("date", Value::Code(&day.date)),
            ("share", Value::Code(&share)),
        ];
        Some(page.say_all("days-weakest", &values))
    });
    [Some(all), weakest].into_iter().flatten().collect()
}
