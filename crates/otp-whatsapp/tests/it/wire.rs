//! Tests of the request on the wire, and of answers in Meta's form.

use std::time::Duration;

use otp_core::ports::{MessageSender, SendError};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{
    ACCEPTED, MESSAGE_ID, NUMBER, PASSCODE, RawServer, TOKEN, message, sender, sender_with,
};
use otp_whatsapp::CloudApiOptions;

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    server
}

async fn request(server: &MockServer) -> Request {
    let requests = server.received_requests().await.expect("recorded");
    let [request] = requests.as_slice() else {
        panic!("{} requests", requests.len())
    };
    request.clone()
}

#[tokio::test]
async fn the_request_has_metas_form() {
    let server = server(ResponseTemplate::new(200).set_body_string(ACCEPTED)).await;
    let accepted = sender(&server.uri())
        .send(&message())
        .await
        .expect("accepted");
    assert_eq!(accepted.provider_message_id.0, "wamid.A");

    let request = request(&server).await;
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(request.url.path(), "/v26.0/106540352242922/messages");
    assert_eq!(request.url.query(), None);
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    assert_eq!(
        header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(
        header("content-length"),
        Some(request.body.len().to_string().as_str())
    );
    let agent = header("user-agent").and_then(|agent| agent.strip_prefix("otp-gateway/"));
    let version: Vec<_> = agent.expect("our name").split('.').collect();
    assert!(version.len() == 3 && version.iter().all(|part| part.parse::<u32>().is_ok()));

    let passcode = json!([{"type": "text", "text": PASSCODE}]);
    let expected = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": NUMBER,
        "type": "template",
        "biz_opaque_callback_data": MESSAGE_ID,
        "template": {
            "name": "otp_code",
            "language": {"code": "en_US"},
            "components": [
                {"type": "body", "parameters": passcode},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": passcode},
            ],
        },
    });
    assert_eq!(
        request.body_json::<serde_json::Value>().expect("JSON"),
        expected
    );
}

#[tokio::test]
async fn a_refusal_has_metas_texts() {
    let body = json!({"error": {
        "message": "(#131026) Message undeliverable",
        "type": "OAuthException",
        "code": 131026,
        "error_data": {"messaging_product": "whatsapp", "details": "The recipient is not on WhatsApp."},
        "fbtrace_id": "Az8or2yhqkZ"
    }});
    let server = server(ResponseTemplate::new(400).set_body_json(body)).await;
    let Err(SendError::Refused(refusal)) = sender(&server.uri()).send(&message()).await else {
        panic!("not refused")
    };
    assert_eq!(refusal.http_status, Some(400));
    assert_eq!(refusal.message, "(#131026) Message undeliverable");
    assert_eq!(refusal.failure.code, Some(131_026));
    assert_eq!(refusal.failure.title, "Message undeliverable");
    assert_eq!(refusal.failure.reason, "The recipient is not on WhatsApp.");
}

#[tokio::test]
async fn a_limit_has_the_wait_of_retry_after() {
    let limited = json!({"error": {"message": "(#130429) Rate limit hit", "code": 130429}});
    let in_seconds = ResponseTemplate::new(429)
        .insert_header("Retry-After", "3")
        .set_body_json(&limited);
    let at_a_time = ResponseTemplate::new(429)
        .insert_header("Date", "Fri, 20 Nov 2026 12:00:00 GMT")
        .insert_header("Retry-After", "Fri, 20 Nov 2026 12:00:03 GMT")
        .set_body_json(&limited);
    for answer in [in_seconds, at_a_time] {
        let server = server(answer).await;
        match sender(&server.uri()).send(&message()).await {
            Err(SendError::Retry { refusal, after }) => {
                assert_eq!(after, Some(Duration::from_secs(3)));
                assert_eq!(refusal.http_status, Some(429));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_proxy_is_used_if_one_is_configured() {
    let proxy = RawServer::start(|mut connection| async move {
        let request = connection.request().await.unwrap_or_default();
        let through =
            request.starts_with("POST http://graph.invalid/v26.0/106540352242922/messages ");
        let body = if through { ACCEPTED } else { "{}" };
        connection.answer("200 OK", body).await;
    })
    .await;
    let sender = sender_with(CloudApiOptions {
        base_url: "http://graph.invalid".to_owned(),
        proxy: Some(proxy.url.clone()),
        ..CloudApiOptions::default()
    });
    assert!(sender.send(&message()).await.is_ok());
}
