//! The states of the overview.

use actix_web::http::StatusCode;
use otp_core::message::MessageStatus;
use otp_core::time::Timestamp;

use crate::frame::{Frame, Place};
use crate::insights::sample_days;
use crate::overview::OverviewPage;
use crate::overview::view::{
    Attention, CreditsView, FirstSteps, OverviewView, RecentMessage, TrafficView,
};
use crate::page::Page;
use crate::samples::Samples;

/// A name of 50 characters that tries to be markup.
const HOSTILE: &str = "<b>\"'&</b><script>alert(1)</script>Schlüsselnamen-";

const DONE: FirstSteps = FirstSteps {
    has_key: true,
    has_sent: true,
    has_webhook: true,
};

impl Attention {
    /// Returns one of each kind, the most urgent last. The compiler does not ask for a new one.
    pub(crate) fn one_of_each(name: &str, host: &str) -> Vec<Self> {
        vec![
            Self::KeyExpires {
                days: 6,
                name: name.to_owned(),
            },
            Self::LowCredits,
            Self::EndpointDisabled {
                host: host.to_owned(),
            },
            Self::SenderStopped {
                phone: "+966551234567".to_owned(),
            },
            Self::NoSender,
            Self::NoCredits,
        ]
    }
}

fn recent(index: u8, to: &str, status: MessageStatus, region: Option<&str>) -> RecentMessage {
    let newest = 1_795_874_531_000;
    RecentMessage {
        to: to.to_owned(),
        status,
        failure_code: (status == MessageStatus::Failed).then_some(131_026),
        region: region.map(str::to_owned),
        at: Timestamp::from_unix_millis(newest - i64::from(index) * 4_037_000),
    }
}

fn ten() -> Vec<RecentMessage> {
    use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
    let messages = [
        ("+9665••••••67", Pending, Some("SA")),
        ("+9647••••••11", Sent, Some("IQ")),
        ("+2010•••••67", Delivered, Some("EG")),
        ("+9665••••••38", Read, Some("SA")),
        ("+1202•••••20", Failed, Some("US")),
        ("a•••@example.com", Sent, None),
        ("+9665••••••02", Read, Some("SA")),
        ("+9647••••••05", Delivered, Some("IQ")),
        ("+8816••••••90", Delivered, Some("001")),
        ("+9715••••••44", Deleted, Some("AE")),
    ];
    let messages = (0..).zip(messages);
    messages
        .map(|(index, (to, status, region))| recent(index, to, status, region))
        .collect()
}

fn quiet() -> OverviewView {
    OverviewView {
        credits: CreditsView {
            left: 7_412,
            granted: 10_000,
        },
        traffic: TrafficView {
            sent_24h: 1_204,
            delivered_24h: 1_178,
            failed_24h: 18,
            is_capped: false,
        },
        attention: vec![],
        first_steps: DONE,
        recent: ten(),
    }
}

fn new_account() -> OverviewView {
    OverviewView {
        credits: CreditsView {
            left: 0,
            granted: 0,
        },
        traffic: TrafficView {
            sent_24h: 0,
            delivered_24h: 0,
            failed_24h: 0,
            is_capped: false,
        },
        attention: vec![Attention::NoCredits],
        first_steps: FirstSteps {
            has_key: true,
            has_sent: false,
            has_webhook: false,
        },
        recent: vec![],
    }
}

fn warnings() -> OverviewView {
    OverviewView {
        credits: CreditsView {
            left: 840,
            granted: 10_000,
        },
        attention: Attention::one_of_each("prod", "hooks.example.com"),
        first_steps: FirstSteps {
            has_webhook: false,
            ..DONE
        },
        ..quiet()
    }
}

fn hostile() -> OverviewView {
    let address = format!(
        "a•••@{}.example.com",
        "long-label-without-a-break".repeat(2)
    );
    let failed = recent(0, &address, MessageStatus::Failed, None);
    // The first three are the least urgent, so the notice is about the endpoint, with its long host.
    let attention = Attention::one_of_each(HOSTILE, &"label-".repeat(20));
    OverviewView {
        credits: CreditsView {
            left: 1_999_999_999,
            granted: 2_000_000_000,
        },
        traffic: TrafficView {
            sent_24h: 10_000,
            delivered_24h: 9_712,
            failed_24h: 288,
            is_capped: true,
        },
        attention: attention.into_iter().take(3).collect(),
        recent: std::iter::once(failed)
            .chain(ten().into_iter().skip(1))
            .collect(),
        ..quiet()
    }
}

impl Samples for OverviewPage {
    const NAME: &'static str = "overview";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |state, (name, company): (&str, &str), overview| {
            let frame = Frame {
                name: name.to_owned(),
                company: Some(company.to_owned()),
                has_others: state == "invited",
                staff: None,
                form_token: "c2Vzc2lvbi10b2tlbg".to_owned(),
                place: Place::Overview,
            };
            let gateway = "https://otp.example.com".to_owned();
            let page = Self {
                is_invited: state == "invited",
                days: sample_days(page).filter(|_| state != "empty"),
                ..Self::new(page.clone(), frame, overview, gateway)
            };
            (state, StatusCode::OK, page)
        };
        let sara = ("Sara Al-Harbi", "Noor Retail");
        let company = "شركة النور \u{202E}للتجارة <i>&</i> ".repeat(6);
        vec![
            sample("full", sara, quiet()),
            sample("empty", sara, new_account()),
            sample("warnings", ("سارة الحربي", "متاجر نور"), warnings()),
            sample("invited", sara, quiet()),
            sample("hostile", (HOSTILE, &company), hostile()),
        ]
    }
}
