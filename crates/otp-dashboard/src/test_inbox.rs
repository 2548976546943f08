//! `/dashboard/test-inbox`: the messages that the test keys of an account sent, with their codes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::test_inbox::ShownTestMessage;
use otp_core::test_number::TestNumber;
use otp_core::time::Timestamp;
use otp_core::usecases::show_own_test_inbox::ShowOwnTestInboxError;
use otp_edge::resource_at;

use crate::answer;
use crate::channel_words;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "test_inbox.html")]
pub(crate) struct TestInboxPage {
    page: Page,
    frame: Frame,
    messages: Vec<TestMessage>,
    /// The address of the gateway, for the command that sends a first message.
    gateway: String,
}

/// A message in the inbox.
#[derive(Debug, Clone)]
struct TestMessage {
    /// The recipient. Only a test number, which is nobody's, is not masked.
    to: String,
    /// The key of the name of the channel that would have carried it.
    channel: &'static str,
    code: String,
    at: Timestamp,
}

impl From<ShownTestMessage> for TestMessage {
    fn from(message: ShownTestMessage) -> Self {
        Self {
            to: match TestNumber::to(&message.to) {
                Some(number) => number.to_string(),
                None => message.to.masked(),
            },
            channel: channel_words::key(message.channel),
            code: message.code.expose().to_owned(),
            at: message.received_at,
        }
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/test-inbox").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    shown(&visit).await.unwrap_or_else(|answer| answer)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let (show, of) = (visit.state.show_own_test_inbox.clone(), viewer.clone());
    let messages = visit.run(async move { show.execute(&of).await });
    let messages = messages.await?.map_err(|error| refuse(visit, error))?;
    let page = TestInboxPage {
        page: visit.page(),
        frame: visit.frame(&viewer, Place::TestInbox),
        messages: messages.into_iter().map(TestMessage::from).collect(),
        gateway: visit.gateway(),
    };
    Ok(answer::page(StatusCode::OK, &page))
}

fn refuse(visit: &Visit, error: ShowOwnTestInboxError) -> HttpResponse {
    match error {
        ShowOwnTestInboxError::NotFound => visit.problem(Problem::NotFound),
        ShowOwnTestInboxError::Unreadable(error) => visit.failed(&error),
        ShowOwnTestInboxError::Port(error) => visit.failed(&error),
    }
}

impl Samples for TestInboxPage {
    const NAME: &'static str = "test-inbox";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |messages| Self {
            page: page.clone(),
            frame: Frame::sample(Place::TestInbox),
            messages,
            gateway: "https://otp.example.com".to_owned(),
        };
        let message = |to: &str, channel, code: &str, minutes: i64| TestMessage {
            to: to.to_owned(),
            channel,
            code: code.to_owned(),
            at: Timestamp::from_unix_millis(1_795_874_531_000 - minutes * 60_000),
        };
        let long = format!("a•••@{}.example", "verification".repeat(5));
        let several = vec![
            message("+12025550173", "channel-whatsapp", "424242", 0),
            message("+9665••••••67", "channel-whatsapp", "48291307", 1),
            message("s•••@noor.example", "channel-email", "9F2KQ7AB", 3),
            message(&long, "channel-email", "4242", 1_380),
        ];
        vec![
            ("empty", StatusCode::OK, sample(Vec::new())),
            ("several", StatusCode::OK, sample(several)),
        ]
    }
}
