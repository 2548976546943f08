//! The states of the page of a verification.

use std::time::Duration;

use actix_web::http::StatusCode;
use otp_core::channel::Channel;
use otp_core::message::MessageStatus;
use otp_core::time::Timestamp;
use otp_core::verification::{CheckResult, VerificationStatus};

use super::{Facts, SentMessage, VerificationPage};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

const AT: Timestamp = Timestamp::from_unix_millis(1_795_874_500_112);

fn after(seconds: u64) -> Timestamp {
    AT + Duration::from_secs(seconds)
}

fn message(index: u8, channel: Channel, status: MessageStatus) -> SentMessage {
    SentMessage {
        id: format!("00000000-0000-7000-8000-0000000000{index:02}"),
        channel,
        status,
        at: after(u64::from(index) * 31),
    }
}

fn facts(status: VerificationStatus) -> Facts {
    Facts {
        id: "0196cd2a-7d3e-7b54-9c1a-4f0be2d6a9cf".to_owned(),
        to: "+9665••••••67".to_owned(),
        is_test: false,
        status,
        channel: Channel::WhatsApp,
        code_length: 6,
        attempts_left: 5,
        at: AT,
        expires_at: after(300),
        messages: vec![message(0, Channel::WhatsApp, MessageStatus::Sent)],
        checks: vec![],
        metadata: vec![],
    }
}

impl Samples for VerificationPage {
    const NAME: &'static str = "verification";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        use VerificationStatus::{Approved, Exhausted, Expired, Pending};
        let sample = |name, facts| {
            let frame = Frame::sample(Place::Verifications);
            let page = Self::new(page.clone(), frame, facts, "https://otp.example.com");
            (name, StatusCode::OK, page)
        };
        let approved = Facts {
            channel: Channel::Email,
            messages: vec![
                message(0, Channel::WhatsApp, MessageStatus::Failed),
                message(1, Channel::Email, MessageStatus::Sent),
            ],
            checks: vec![
                (after(50), CheckResult::CodeIncorrect),
                (after(61), CheckResult::Approved),
            ],
            metadata: vec![("order".to_owned(), "1042".to_owned())],
            attempts_left: 4,
            ..facts(Approved)
        };
        let hostile = "<script>alert(1)</script>".repeat(5);
        let exhausted = Facts {
            is_test: true,
            attempts_left: 0,
            checks: (1..=5)
                .map(|index| (after(index), CheckResult::CodeIncorrect))
                .collect(),
            metadata: vec![(hostile.clone(), hostile)],
            ..facts(Exhausted)
        };
        vec![
            sample("pending", facts(Pending)),
            sample("approved", approved),
            sample("exhausted", exhausted),
            sample("expired", facts(Expired)),
        ]
    }
}
