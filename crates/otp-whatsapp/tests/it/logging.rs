//! Tests of the log of a call: it has everything an operator needs and nothing of the recipient.

use otp_core::ports::MessageSender;
use otp_testkit::LogCapture;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{ACCEPTED, MESSAGE_ID, NUMBER, PASSCODE, TOKEN, message, sender};

/// Returns everything that is logged during the call of `what`.
pub(crate) fn captured(what: impl FnOnce()) -> String {
    let log = LogCapture::start();
    what();
    log.finish()
}

/// Returns the log of a send at the most detailed level, by us and by the libraries below.
async fn log_of(url: &str) -> String {
    let log = LogCapture::start();
    let outcome = sender(url).send(&message()).await;
    let log = log.finish();
    for text in [log.as_str(), &format!("{outcome:?}")] {
        for secret in [NUMBER, &NUMBER[3..], PASSCODE, TOKEN] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    log
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[track_caller]
fn assert_span(log: &str, fields: &[&str]) {
    let closed = log
        .lines()
        .filter(|line| line.contains("whatsapp.send") && line.contains("close"));
    let closed: Vec<_> = closed.collect();
    assert_eq!(closed.len(), 1, "{log}");
    for field in fields {
        assert!(closed[0].contains(field), "{field} in {}", closed[0]);
    }
}

#[tokio::test]
async fn an_acceptance_is_logged_without_a_warning() {
    let server = answering(ResponseTemplate::new(200).set_body_string(ACCEPTED)).await;
    let log = log_of(&server.uri()).await;
    let id = format!("message_id={MESSAGE_ID}");
    assert_span(
        &log,
        &[
            &id,
            "outcome=\"accepted\"",
            "http_status=200",
            "duration_ms=",
        ],
    );
    assert!(!log.contains("WARN"), "{log}");
}

#[tokio::test]
async fn a_refusal_that_quotes_the_request_is_logged_without_its_secrets() {
    let echo = format!("+{NUMBER} got {PASSCODE} with {TOKEN}");
    let body = json!({"error": {
        "code": 190, "type": echo, "message": echo, "error_data": {"details": echo}
    }});
    let server = answering(ResponseTemplate::new(401).set_body_json(body)).await;
    let log = log_of(&server.uri()).await;
    assert_span(
        &log,
        &["outcome=\"refused\"", "http_status=401", "code=190"],
    );
    let warnings = log.lines().filter(|line| line.contains("WARN")).count();
    assert_eq!(warnings, 1, "an operator must be warned: {log}");
}

#[tokio::test]
async fn an_absent_server_is_logged_with_its_cause() {
    let log = log_of("http://graph.invalid").await;
    assert_span(&log, &["outcome=\"retry\"", "cause="]);
    assert!(log.contains("WARN"), "{log}");
}
