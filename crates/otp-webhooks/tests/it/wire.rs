//! The request as it arrives, and the meaning of ordinary answers.

use std::time::Duration;

use otp_core::ports::WebhookCaller;
use otp_core::webhook::{PrivateTargets, WebhookSecret, WebhookSecrets, WebhookVerdict};
use tokio::sync::mpsc;

use crate::support::{BODY, LONG, Server, call, caller, header, outcome_at};

#[tokio::test]
async fn the_request_has_the_signed_bytes_and_their_signature() {
    let (sender, mut requests) = mpsc::unbounded_channel();
    let server = Server::start(move |mut connection| {
        let sender = sender.clone();
        async move {
            let request = connection.request().await.expect("a request");
            sender.send(request).expect("the test waits");
            connection.answer("204 No Content", "").await;
        }
    })
    .await;
    let mut call = call(&format!("http://{}/hooks?a=b", server.address));
    call.secrets = WebhookSecrets {
        previous: Some(call.secrets.current),
        current: WebhookSecret::parse("whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")
            .expect("valid"),
    };
    let outcome = caller(PrivateTargets::Allowed, LONG).call(&call).await;
    assert_eq!(outcome.verdict(), WebhookVerdict::Delivered);

    let (head, body) = requests.recv().await.expect("a request");
    assert!(head.starts_with("POST /hooks?a=b HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, BODY);
    let signature = call.signature();
    assert_eq!(signature.matches("v1,").count(), 2);
    let host = server.address.to_string();
    let user_agent = format!("otp-gateway/{}", env!("CARGO_PKG_VERSION"));
    for (name, value) in [
        ("host", host.as_str()),
        ("content-type", "application/json"),
        ("content-length", &BODY.len().to_string()),
        ("user-agent", &user_agent),
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", &signature),
    ] {
        assert_eq!(header(&head, name), Some(value), "{name}");
    }
    for absent in [
        "accept-encoding",
        "authorization",
        "cookie",
        "referer",
        "traceparent",
    ] {
        assert_eq!(header(&head, absent), None, "{absent}");
    }
}

#[tokio::test]
async fn an_answer_is_kept_with_its_status_and_the_beginning_of_its_body() {
    let server = Server::answering("422 Unprocessable", "{\n  \"error\": \"قيمة\"\n}").await;
    let outcome = outcome_at(&server.url(), LONG).await;
    let answer = outcome.answer.as_ref().expect("an answer");
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.excerpt(), "{   \"error\": \"قيمة\" }");
    assert_eq!(
        outcome.verdict(),
        WebhookVerdict::Failed { retry_after: None }
    );
    assert!(outcome.latency > Duration::ZERO && outcome.latency < LONG);
}

#[tokio::test]
async fn every_status_has_its_verdict() {
    let failed = WebhookVerdict::Failed { retry_after: None };
    let throttled = WebhookVerdict::Throttled { retry_after: None };
    for (status, verdict) in [
        ("200 OK", WebhookVerdict::Delivered),
        ("202 Accepted", WebhookVerdict::Delivered),
        ("400 Bad Request", failed),
        ("410 Gone", WebhookVerdict::Gone),
        ("429 Too Many Requests", throttled),
        ("500 Oops", failed),
        ("502 Bad Gateway", throttled),
        ("504 Gateway Timeout", throttled),
    ] {
        let server = Server::answering(status, "").await;
        let outcome = outcome_at(&server.url(), LONG).await;
        assert_eq!(outcome.verdict(), verdict, "{status}");
        assert_eq!(server.counts().requests, 1, "{status}");
    }
}

#[tokio::test]
async fn the_wait_that_an_answer_asks_for_is_read_in_both_forms_and_bounded() {
    let date = "Date: Fri, 20 Nov 2026 12:00:00 GMT\r\n";
    for (headers, seconds) in [
        ("Retry-After: 17\r\n".to_owned(), Some(17)),
        (
            "Retry-After: 99999999999999999999\r\n".to_owned(),
            Some(86_400),
        ),
        (
            format!("{date}Retry-After: Fri, 20 Nov 2026 12:02:00 GMT\r\n"),
            Some(120),
        ),
        (format!("{date}Retry-After: soon\r\n"), None),
        (format!("{date}Retry-After: \u{fe}\r\n"), None),
    ] {
        let answer = format!("HTTP/1.1 503 Busy\r\n{headers}Content-Length: 0\r\n\r\n");
        let server = Server::writing(answer).await;
        let outcome = outcome_at(&server.url(), LONG).await;
        let retry_after = seconds.map(Duration::from_secs);
        assert_eq!(
            outcome.verdict(),
            WebhookVerdict::Failed { retry_after },
            "{headers}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::answering("200 OK", "").await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("Location: {}\r\n", elsewhere.url());
        let head = format!("HTTP/1.1 {status}\r\n{location}Content-Length: 0\r\n\r\n");
        let server = Server::writing(head).await;
        let outcome = outcome_at(&server.url(), LONG).await;
        assert_eq!(outcome.failure_code(), Some("redirect"), "{status}");
        assert_eq!(
            outcome.verdict(),
            WebhookVerdict::Failed { retry_after: None }
        );
    }
    assert_eq!(elsewhere.counts().accepted, 0);
}
