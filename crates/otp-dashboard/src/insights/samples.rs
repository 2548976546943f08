//! The states of the insights.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use actix_web::http::StatusCode;
use otp_core::api_key::ApiKeyMode;
use otp_core::channel::Channel;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::insights::{DAY, InsightsReport, Tallies, Tally, TallyGroup, TimesToDelivery};
use otp_core::region::Region;
use otp_core::time::Timestamp;
use otp_core::usecases::show_own_insights::ReportLength;

use super::filter::Filter;
use super::{DaysFigure, InsightsPage};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

/// 2026-11-28T00:00:00Z.
const LAST_DAY: Timestamp = Timestamp::from_unix_millis(1_795_824_000_000);

fn whatsapp(region: &str, template: &str) -> TallyGroup {
    TallyGroup {
        channel: Channel::WhatsApp,
        region: Region::parse(region).ok(),
        template: TemplateName::parse(template).ok(),
    }
}

const MAIL: TallyGroup = TallyGroup {
    channel: Channel::Email,
    region: None,
    template: None,
};

/// The counts of this number of messages, with some lost at each stage.
fn tally(accepted: u64) -> Tally {
    let (sent, delivered) = (accepted - accepted / 70, accepted - accepted / 28);
    let mut times = TimesToDelivery::default();
    // Those of every eighth message are enough to draw.
    for number in (0..delivered).step_by(8) {
        let slow = if number % 19 == 0 { 4_700 } else { 0 };
        times.add(Duration::from_millis(900 + number % 40 * 60 + slow));
    }
    let rejected = accepted / 90;
    let failures = BTreeMap::from([(Some(131_026), rejected), (None, accepted / 300)]);
    Tally {
        accepted,
        sent,
        delivered,
        read: accepted - accepted / 5,
        verified: accepted - accepted / 4,
        failures: failures
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        times,
    }
}

fn report(days: Vec<Tallies>) -> InsightsReport {
    let groups = || days.iter().flat_map(|tallies| tallies.0.keys());
    let (regions, templates): (BTreeSet<_>, BTreeSet<_>) = (
        groups().filter_map(|group| group.region).collect(),
        groups()
            .filter_map(|group| group.template.clone())
            .collect(),
    );
    let first = LAST_DAY - DAY * (u32::try_from(days.len()).unwrap_or(1) - 1);
    let dated = (0..)
        .zip(days)
        .map(|(place, tallies)| (first + DAY * place, tallies));
    InsightsReport {
        is_behind: false,
        counted_until: LAST_DAY + Duration::from_secs(14 * 3_600 + 131),
        days: dated.collect(),
        regions,
        templates,
    }
}

/// Days with a business's messages. The last one is not over.
fn busy(days: u64) -> InsightsReport {
    let of_day = |day: u64| {
        let accepted = match day + 1 == days {
            true => 410,
            false => 700 + day * 37 % 230,
        };
        Tallies(BTreeMap::from([
            (whatsapp("SA", "otp_code"), tally(accepted)),
            (whatsapp("IQ", "otp_code"), tally(accepted / 4)),
            (
                whatsapp(
                    "EG",
                    "otp_code_with_a_name_that_is_far_too_long_for_a_column",
                ),
                tally(accepted / 9),
            ),
            (
                MAIL,
                Tally {
                    sent: 9,
                    accepted: 9,
                    ..Tally::default()
                },
            ),
        ]))
    };
    report((0..days).map(of_day).collect())
}

fn few() -> InsightsReport {
    let mut days = vec![Tallies::default(); 13];
    days.push(Tallies(BTreeMap::from([(
        whatsapp("SA", "otp_code"),
        tally(7),
    )])));
    report(days)
}

/// The same, while later messages are still being counted.
fn behind(report: InsightsReport) -> InsightsReport {
    InsightsReport {
        is_behind: true,
        ..report
    }
}

/// Returns the figure of a business's last days.
pub(crate) fn sample_days(page: &Page) -> Option<DaysFigure> {
    DaysFigure::of(page, &busy(14))
}

impl Samples for InsightsPage {
    const NAME: &'static str = "insights";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |state, filter, report| {
            let frame = Frame::sample(Place::Insights);
            let sample = Self::new(page.clone(), frame, filter, report);
            (state, StatusCode::OK, sample)
        };
        let test = Filter {
            mode: ApiKeyMode::Test,
            length: ReportLength::Days90,
            ..Filter::NONE
        };
        let filtered = Filter {
            region: Region::parse("JO").ok(),
            ..Filter::NONE
        };
        let nothing = || report(vec![Tallies::default(); 14]);
        vec![
            sample("full", Filter::NONE, busy(14)),
            sample("long", test, busy(90)),
            sample("behind", Filter::NONE, behind(busy(14))),
            sample("behind-all", Filter::NONE, behind(nothing())),
            sample("few", Filter::NONE, few()),
            sample("none-found", filtered, nothing()),
            sample("empty", Filter::NONE, nothing()),
        ]
    }
}
