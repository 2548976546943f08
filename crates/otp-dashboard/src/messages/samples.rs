//! The states of the list of messages.

use std::time::Duration;

use actix_web::http::StatusCode;
use otp_core::message::MessageStatus;
use otp_core::page::{Cursor, PagePosition};
use otp_core::time::Timestamp;
use otp_core::usecases::browse_messages::BrowsedMessages;

use super::MessagesPage;
use super::filter::Filter;
use super::row::MessageRow;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::period::Period;
use crate::samples::Samples;
use crate::value::ERASED;

const ID: &str = "0196cd2a-7d3e-7b54-9c1a-4f0be2d6a9cf";

const NEWEST: Timestamp = Timestamp::from_unix_millis(1_795_874_531_000);

fn row(index: u8, to: &str, status: MessageStatus, region: Option<&str>) -> MessageRow {
    let arrived = matches!(status, MessageStatus::Delivered | MessageStatus::Read);
    MessageRow {
        id: format!("00000000-0000-7000-8000-0000000000{index:02}"),
        to: to.to_owned(),
        status,
        failure_code: (status == MessageStatus::Failed).then_some(131_026),
        region: region.map(str::to_owned),
        language: if index.is_multiple_of(3) {
            "en_US"
        } else {
            "ar"
        }
        .to_owned(),
        at: NEWEST - Duration::from_secs(u64::from(index) * 37),
        took: arrived.then(|| Duration::from_millis(900 + u64::from(index) * 23_417)),
    }
}

fn several() -> Vec<MessageRow> {
    use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
    let messages = [
        ("+9665••••••67", Read, Some("SA")),
        ("+2010•••••67", Delivered, Some("EG")),
        ("+1202•••••20", Failed, Some("US")),
        ("+9647••••••11", Pending, Some("IQ")),
        ("a•••@example.com", Sent, None),
        ("+8816••••••90", Delivered, Some("001")),
        ("+9715••••••44", Deleted, Some("AE")),
        (ERASED, Read, Some("SA")),
    ];
    let messages = (0..).zip(messages);
    messages
        .map(|(index, (to, status, region))| row(index, to, status, region))
        .collect()
}

impl Samples for MessagesPage {
    const NAME: &'static str = "messages";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let cursor = Some(Cursor(PagePosition::at(NEWEST)));
        let sample = |filter: Filter, rows, older| {
            let frame = Frame::sample(Place::Messages);
            let gateway = "https://otp.example.com".to_owned();
            let found = BrowsedMessages::default();
            Self {
                rows,
                older,
                ..Self::new(page.clone(), frame, filter, found, gateway)
            }
        };
        let set = Filter {
            status: Some(MessageStatus::Failed),
            period: Period::Day,
            ..Filter::NONE
        };
        let test = Filter {
            is_test: true,
            ..Filter::NONE
        };
        let by_id = Filter {
            is_test: true,
            ..Filter::typed(ID)
        };
        let hostile = Filter::typed("\"><script>alert(1)</script>");
        let long = format!("a•••@{}.example.com", "long-label-".repeat(6));
        let long = row(0, &long, MessageStatus::Failed, None);
        let older = Filter {
            cursor,
            ..Filter::NONE
        };
        let ok = StatusCode::OK;
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("full", ok, sample(Filter::NONE, several(), cursor)),
            ("older", ok, sample(older, several(), None)),
            ("empty", ok, sample(Filter::NONE, vec![], None)),
            ("empty-test", ok, sample(test, vec![], None)),
            ("none-found", ok, sample(set.clone(), vec![], None)),
            ("none-yet", ok, sample(set, vec![], cursor)),
            ("by-id", ok, sample(by_id, vec![long], None)),
            ("hostile", refused, sample(hostile, vec![], None)),
        ]
    }
}
