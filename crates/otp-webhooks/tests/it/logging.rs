//! The log of a call, at the most detailed level, by us and by the libraries below: it has the outcome,
//! and nothing of the recipient, the secrets and the rest of the URL.

use otp_core::ports::WebhookCaller;
use otp_core::webhook::PrivateTargets;
use otp_testkit::LogCapture;

use crate::support::{LONG, Server, call, caller};

/// Returns the log of a call to this URL.
async fn log_of(url: &str) -> String {
    let call = call(&format!("{url}?token=T0KEN"));
    let log = LogCapture::start();
    let outcome = caller(PrivateTargets::Allowed, LONG).call(&call).await;
    let log = log.finish();
    let signature = call.signature();
    for text in [log.as_str(), &format!("{outcome:?} {call:?}")] {
        for secret in [
            "966512345678",
            "T0KEN",
            "/hooks",
            "MfKQ9r8GKYqrTwjUPD8",
            &signature[3..],
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    log
}

#[track_caller]
fn assert_span(log: &str, fields: &[&str]) {
    let is_end = |line: &&str| line.contains("webhooks.call") && line.contains("close");
    let ends: Vec<_> = log.lines().filter(is_end).collect();
    assert_eq!(ends.len(), 1, "{log}");
    for field in fields {
        assert!(ends[0].contains(field), "{field} in {}", ends[0]);
    }
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn an_answer_that_repeats_the_request_is_logged_by_its_status() {
    let server = Server::start(|mut connection| async move {
        let (head, body) = connection.request().await.expect("a request");
        let echo = head + &String::from_utf8_lossy(&body);
        connection.answer("500 Oops", &echo).await;
    })
    .await;
    let log = log_of(&server.url()).await;
    let id = "webhook_id=msg_p5jXN8AQM9LWM0D4loKWxJek";
    assert_span(
        &log,
        &[id, "http_status=500", "failure=\"status\"", "duration_ms="],
    );
}

#[tokio::test]
async fn a_failed_call_is_logged_with_its_cause() {
    let server = Server::writing("hello\r\n\r\n").await;
    let log = log_of(&server.url()).await;
    assert_span(
        &log,
        &[
            "failure=\"not_http\"",
            "cause=\"invalid HTTP version parsed\"",
        ],
    );
}
