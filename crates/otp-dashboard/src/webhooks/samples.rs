//! The states of the pages of webhook endpoints.

use actix_web::http::StatusCode;
use otp_core::time::Timestamp;
use otp_core::webhook::delivery_log::{AttemptResult, DeliveryFilter};
use otp_core::webhook::endpoint::DisabledReason;
use otp_core::webhook::{DeliveryState, WebhookEventKind};

use super::delivery::AttemptLine;
use super::mapping::{DeliveryLine, EndpointState, ShownEndpoint};
use super::paths::LIST;
use super::recover::Progress;
use super::{
    DeliveryPage, EditWebhookPage, RecoverPage, RemoveWebhookPage, WebhookPage, WebhooksPage,
};
use crate::form::{Fault, Field, FieldKind, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

const HOSTILE: &str = "<b>\"'&</b><script>alert(1)</script>";
const CURSOR: &str = "AQAAAZqk0MwAGZxo3gAAcACAAAAAAAAAAQ";

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_795_874_531_000 - minutes * 60_000)
}

fn id(number: u32) -> String {
    format!("00000000-0000-7000-8000-0000000000{number:02}")
}

fn endpoint(number: u32, url: &str, state: EndpointState) -> ShownEndpoint {
    ShownEndpoint {
        id: id(number),
        url: Some(url.to_owned()),
        description: None,
        events: Vec::new(),
        state,
        is_test: false,
        created_at: at(36_000),
    }
}

fn usual(state: EndpointState) -> ShownEndpoint {
    ShownEndpoint {
        description: Some("متجر بغداد".to_owned()),
        events: vec!["message.delivered", "message.failed", "api_key.expiring"],
        ..endpoint(1, "https://api.noor.example/hooks/otp", state)
    }
}

/// The endpoint with the longest words and a name that is not meant well.
fn hostile() -> ShownEndpoint {
    ShownEndpoint {
        description: Some(HOSTILE.repeat(4)),
        events: WebhookEventKind::NAMES.to_vec(),
        ..endpoint(
            2,
            &format!("https://noor.example/?{}", HOSTILE.repeat(8)),
            EndpointState::Disabled(DisabledReason::Failing),
        )
    }
}

fn listener() -> ShownEndpoint {
    ShownEndpoint {
        url: None,
        ..endpoint(3, "", EndpointState::Enabled)
    }
}

fn result(status: Option<u16>, failure: Option<&str>) -> AttemptResult {
    AttemptResult {
        latency_millis: status.map_or(20_000, u32::from),
        status,
        failure: failure.map(str::to_owned),
    }
}

fn deliveries() -> Vec<DeliveryLine> {
    let line = |number, kind: WebhookEventKind, state, attempts, last| DeliveryLine {
        id: id(number),
        at: at(number.into()),
        kind: kind.as_str(),
        subject: "01a1fc2a-7d3e-7b54-9c1a-4f0be2d6a9cf".to_owned(),
        state,
        attempts,
        last,
        due_at: at(-30),
    };
    use DeliveryState::{Delivered, GivenUp, Waiting};
    let failed = || Some(result(Some(503), Some("status")));
    vec![
        line(11, WebhookEventKind::EndpointTest, Waiting, 0, None),
        line(12, WebhookEventKind::MessageFailed, Waiting, 1, failed()),
        line(
            13,
            WebhookEventKind::VerificationApproved,
            Waiting,
            2,
            Some(result(None, Some("timeout"))),
        ),
        line(
            14,
            WebhookEventKind::TemplateStatusChanged,
            GivenUp,
            10,
            Some(result(None, Some("tls"))),
        ),
        line(
            15,
            WebhookEventKind::MessageDelivered,
            Delivered,
            1,
            Some(result(Some(204), None)),
        ),
        line(16, WebhookEventKind::MessageRead, Delivered, 0, None),
    ]
}

fn frame() -> Frame {
    Frame::sample(Place::Webhooks)
}

impl Samples for WebhooksPage {
    const NAME: &'static str = "webhooks";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |is_test, endpoints| Self {
            page: page.clone(),
            frame: frame(),
            is_test,
            endpoints,
            may_manage: true,
        };
        let since = at(400);
        let several = || {
            vec![
                usual(EndpointState::Enabled),
                endpoint(4, "https://shop.example/", EndpointState::Failing { since }),
                ShownEndpoint {
                    events: vec!["message.failed"],
                    ..endpoint(
                        5,
                        "https://old.example/",
                        EndpointState::Disabled(DisabledReason::ByOwner),
                    )
                },
                listener(),
                hostile(),
            ]
        };
        let viewer = Self {
            may_manage: false,
            ..sample(false, several())
        };
        vec![
            ("empty", StatusCode::OK, sample(false, Vec::new())),
            ("empty-test", StatusCode::OK, sample(true, Vec::new())),
            ("several", StatusCode::OK, sample(false, several())),
            ("viewer", StatusCode::OK, viewer),
        ]
    }
}

impl Samples for EditWebhookPage {
    const NAME: &'static str = "webhook-edit";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |url: &str, fault| Self {
            page: page.clone(),
            frame: frame(),
            is_test: false,
            is_new: true,
            back: LIST.to_owned(),
            url: Field::new(FieldKind::WebhookUrl, url, fault),
            description: Field::empty(FieldKind::Description),
            chosen: Vec::new(),
            refused: None,
        };
        let filled = Self {
            is_new: false,
            is_test: true,
            description: Field::new(FieldKind::Description, "متجر بغداد", None),
            chosen: vec!["message.delivered", "message.failed"],
            ..sample("https://api.noor.example/hooks/otp", None)
        };
        let long = HOSTILE.repeat(8);
        let faults = Self {
            description: Field::new(FieldKind::Description, &long, Some(Fault::LongDescription)),
            ..sample("http://localhost", Some(Fault::PrivateUrl))
        };
        let many = Self {
            refused: Some(Refused::ManyEndpoints),
            ..sample("https://api.noor.example/hooks/otp", None)
        };
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("new", StatusCode::OK, sample("", None)),
            ("filled", StatusCode::OK, filled),
            ("faults", unprocessable, faults),
            ("many", unprocessable, many),
        ]
    }
}

impl Samples for WebhookPage {
    const NAME: &'static str = "webhook";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |endpoint, deliveries| Self {
            page: page.clone(),
            frame: frame(),
            endpoint,
            back: LIST.to_owned(),
            may_manage: true,
            secret: None,
            recovered: None,
            filter: DeliveryFilter::All,
            deliveries,
            older: None,
            is_older: false,
        };
        let works = || usual(EndpointState::Enabled);
        let secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
        let made = Self {
            secret: Some(secret.to_owned()),
            ..sample(works(), Vec::new())
        };
        let since = at(400);
        let failing = Self {
            older: Some(CURSOR.to_owned()),
            ..sample(usual(EndpointState::Failing { since }), deliveries())
        };
        let recovered = Self {
            recovered: Some(1_412),
            filter: DeliveryFilter::Undelivered,
            is_older: true,
            ..sample(works(), deliveries())
        };
        let nothing = Self {
            filter: DeliveryFilter::Undelivered,
            ..sample(works(), Vec::new())
        };
        let disabled = |reason| sample(usual(EndpointState::Disabled(reason)), deliveries());
        let viewer = Self {
            may_manage: false,
            ..sample(usual(EndpointState::Failing { since }), deliveries())
        };
        vec![
            ("made", StatusCode::OK, made),
            ("empty", StatusCode::OK, sample(works(), Vec::new())),
            ("works", StatusCode::OK, sample(works(), deliveries())),
            ("failing", StatusCode::OK, failing),
            ("recovered", StatusCode::OK, recovered),
            ("nothing-undelivered", StatusCode::OK, nothing),
            (
                "disabled",
                StatusCode::OK,
                disabled(DisabledReason::ByOwner),
            ),
            ("gone", StatusCode::OK, disabled(DisabledReason::Gone)),
            ("listener", StatusCode::OK, sample(listener(), deliveries())),
            ("hostile", StatusCode::OK, sample(hostile(), deliveries())),
            ("viewer", StatusCode::OK, viewer),
        ]
    }
}

impl Samples for DeliveryPage {
    const NAME: &'static str = "webhook-delivery";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |endpoint, delivery: usize, attempts| Self {
            page: page.clone(),
            frame: frame(),
            endpoint,
            delivery: deliveries().swap_remove(delivery),
            attempts,
            may_manage: true,
        };
        let attempt = |number: u32, result, answer: Option<&str>| AttemptLine {
            number,
            at: at(90 - i64::from(number)),
            result,
            answer: answer.map(str::to_owned),
        };
        let works = || usual(EndpointState::Enabled);
        let long = format!("{HOSTILE} {}", "x".repeat(900));
        let tried = vec![
            attempt(3, result(Some(204), None), None),
            attempt(2, result(None, Some("timeout")), None),
            attempt(
                1,
                result(Some(503), Some("status")),
                Some("upstream connect error or disconnect/reset before headers"),
            ),
        ];
        let given_up = vec![attempt(1, result(Some(500), Some("status")), Some(&long))];
        vec![
            ("untried", StatusCode::OK, sample(works(), 0, Vec::new())),
            ("delivered", StatusCode::OK, sample(works(), 4, tried)),
            ("hostile", StatusCode::OK, sample(hostile(), 3, given_up)),
        ]
    }
}

impl Samples for RecoverPage {
    const NAME: &'static str = "webhook-recover";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |progress| Self {
            page: page.clone(),
            frame: frame(),
            endpoint: usual(EndpointState::Failing { since: at(400) }),
            hours: 24,
            progress,
        };
        let more = Progress {
            count: 1_000,
            cursor: CURSOR.to_owned(),
        };
        vec![
            ("asked", StatusCode::OK, sample(None)),
            ("more", StatusCode::OK, sample(Some(more))),
        ]
    }
}

impl Samples for RemoveWebhookPage {
    const NAME: &'static str = "webhook-remove";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |endpoint| Self {
            page: page.clone(),
            frame: frame(),
            endpoint,
        };
        vec![
            (
                "asked",
                StatusCode::OK,
                sample(usual(EndpointState::Enabled)),
            ),
            ("hostile", StatusCode::OK, sample(hostile())),
        ]
    }
}
