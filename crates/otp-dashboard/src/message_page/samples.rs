//! The states of the page of a message.

use std::time::Duration;

use actix_web::http::StatusCode;
use otp_core::channel::Channel;
use otp_core::message::{CodeOutcome, EventSource, Failure, MessageEvent, MessageStatus};
use otp_core::time::Timestamp;

use super::timeline::Step;
use super::waterfall::Waterfall;
use super::{Facts, MessagePage, ShownFailure};
use crate::curl::Curl;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;
use crate::value::ERASED;

const AT: Timestamp = Timestamp::from_unix_millis(1_795_874_500_112);

fn failure(reason: &str) -> Failure {
    Failure {
        code: Some(131_026),
        title: "Message undeliverable".to_owned(),
        reason: reason.to_owned(),
    }
}

fn event(source: EventSource, status: MessageStatus, millis: u64) -> MessageEvent {
    let at = AT + Duration::from_millis(millis);
    let is_receipt = source == EventSource::ProviderReceipt;
    let is_failure = status == MessageStatus::Failed;
    MessageEvent {
        source,
        status,
        provider_time: is_receipt.then(|| at - Duration::from_millis(1_204)),
        failure: is_failure.then(|| failure("Message undeliverable")),
        ..MessageEvent::admitted(at)
    }
}

fn admitted_and(later: &[MessageEvent]) -> Vec<MessageEvent> {
    let admitted = MessageEvent::admitted(AT);
    std::iter::once(admitted)
        .chain(later.iter().cloned())
        .collect()
}

fn facts(status: MessageStatus) -> Facts {
    Facts {
        id: "0196cd2a-7d3e-7b54-9c1a-4f0be2d6a9cf".to_owned(),
        to: "+9665••••••67".to_owned(),
        is_test: false,
        status,
        channel: Channel::WhatsApp,
        region: Some("SA".to_owned()),
        language: "ar".to_owned(),
        template: Some("otp_code".to_owned()),
        sender: Some("106540352242922".to_owned()),
        price: 1,
        failure: None,
        outcome: None,
        at: AT,
    }
}

impl Samples for MessagePage {
    const NAME: &'static str = "message";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        use EventSource::{LifetimeEnd, ProviderCall, ProviderReceipt};
        use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
        let sample = |name, message: Facts, later: &[MessageEvent]| {
            let timeline = admitted_and(later);
            let mode = otp_core::api_key::ApiKeyMode::Live;
            let url = format!("https://otp.example.com/v1/messages/{}", message.id);
            let sample = Self {
                page: page.clone(),
                frame: Frame::sample(Place::Messages),
                curl: Curl::get(&url, mode, &[]),
                waterfall: Waterfall::of(&timeline),
                steps: Step::all_of(timeline),
                message,
            };
            (name, StatusCode::OK, sample)
        };
        let shown = |title: &str, reason: &str, code| ShownFailure {
            code,
            title: title.to_owned(),
            reason: reason.to_owned(),
        };
        let read = Facts {
            outcome: Some((CodeOutcome::Verified, AT + Duration::from_secs(31))),
            ..facts(Read)
        };
        let failed = Facts {
            to: "+1202•••••20".to_owned(),
            region: Some("US".to_owned()),
            failure: Some(shown(
                "Message undeliverable",
                "The number is not on WhatsApp, its owner has not accepted the current terms, or the app is too old.",
                Some(131_026),
            )),
            ..facts(Failed)
        };
        let mail = Facts {
            to: format!("a•••@{}.example.com", "long-label-".repeat(6)),
            channel: Channel::Email,
            region: None,
            template: None,
            sender: None,
            failure: Some(shown(
                "<b>\"'&</b>",
                &"<script>alert(1)</script>".repeat(6),
                Some(550),
            )),
            ..facts(Failed)
        };
        let lost = Facts {
            failure: Some(shown("Expired", "Nothing was reported in time.", None)),
            outcome: Some((CodeOutcome::Abandoned, AT)),
            ..facts(Failed)
        };
        let test = Facts {
            is_test: true,
            price: 0,
            template: None,
            sender: None,
            ..facts(Sent)
        };
        let erased = Facts {
            to: ERASED.to_owned(),
            ..facts(Deleted)
        };
        let call = |status, millis| event(ProviderCall, status, millis);
        let receipt = |status, millis| event(ProviderReceipt, status, millis);
        let late = MessageEvent {
            changed_status: false,
            provider_time: Some(AT + Duration::from_secs(90)),
            ..receipt(Delivered, 62_900)
        };
        vec![
            sample("read", read, &[call(Sent, 418), receipt(Read, 3_092), late]),
            sample("failed", failed, &[call(Sent, 418), receipt(Failed, 3_092)]),
            sample("pending", facts(Pending), &[call(Pending, 8_004)]),
            sample("lost", lost, &[event(LifetimeEnd, Failed, 600_000)]),
            sample("hostile", mail, &[call(Failed, 1_020)]),
            sample("test", test, &[call(Sent, 2)]),
            sample("erased", erased, &[call(Sent, 418)]),
        ]
    }
}
