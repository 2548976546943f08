//! The states of the list of verifications.

use std::time::Duration;

use actix_web::http::StatusCode;
use otp_core::page::{Cursor, Page as ListPage, PagePosition};
use otp_core::time::Timestamp;
use otp_core::verification::VerificationStatus;

use super::{Filter, Row, VerificationsPage};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;
use crate::value::ERASED;

const NEWEST: Timestamp = Timestamp::from_unix_millis(1_795_874_531_000);

fn row(index: u8, to: &str, status: VerificationStatus, channels: &[&'static str]) -> Row {
    Row {
        id: format!("00000000-0000-7000-8000-0000000000{index:02}"),
        to: to.to_owned(),
        status,
        channels: channels.to_vec(),
        attempts: usize::from(index),
        at: NEWEST - Duration::from_secs(u64::from(index) * 61),
    }
}

fn several() -> Vec<Row> {
    use VerificationStatus::{Approved, Canceled, Exhausted, Expired, Pending};
    let (whatsapp, email) = ("channel-whatsapp", "channel-email");
    let long = format!("a•••@{}.example.com", "long-label-".repeat(6));
    vec![
        row(0, "+9665••••••67", Pending, &[whatsapp]),
        row(1, "+2010•••••67", Approved, &[whatsapp, email]),
        row(5, "+1202•••••20", Exhausted, &[whatsapp]),
        row(2, &long, Expired, &[email]),
        row(3, ERASED, Canceled, &[whatsapp]),
    ]
}

impl Samples for VerificationsPage {
    const NAME: &'static str = "verifications";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let cursor = Some(Cursor(PagePosition::at(NEWEST)));
        let sample = |filter: Filter, rows, older| {
            let frame = Frame::sample(Place::Verifications);
            Self {
                rows,
                older,
                ..Self::new(page.clone(), frame, filter, ListPage::EMPTY)
            }
        };
        let test = Filter {
            is_test: true,
            cursor,
            ..Filter::NONE
        };
        let set = Filter {
            status: Some(VerificationStatus::Exhausted),
            ..Filter::NONE
        };
        let hostile = Filter::typed("\"><script>alert(1)</script>");
        let ok = StatusCode::OK;
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("full", ok, sample(Filter::NONE, several(), cursor)),
            ("test", ok, sample(test, several(), None)),
            ("empty", ok, sample(Filter::NONE, vec![], None)),
            ("none-found", ok, sample(set.clone(), vec![], None)),
            ("none-yet", ok, sample(set, vec![], cursor)),
            ("hostile", refused, sample(hostile, vec![], None)),
        ]
    }
}
