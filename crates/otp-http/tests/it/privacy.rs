//! Passcodes, keys and numbers never reach the log, whatever a request is answered with.

use std::sync::Arc;

use actix_web::test::TestRequest;
use otp_core::message::{Failure, ProviderMessageId};
use otp_core::ports::{
    Accepted, MockProviderWebhook, MockReceipts, PortError, ProviderRefusal, RefusalScope,
    SendError, WebhookRefusal,
};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::send::Admission;
use otp_testkit::LogCapture;
use serde_json::json;

use super::support::{World, ask, live_key, post};

fn refused() -> SendError {
    SendError::Refused(ProviderRefusal {
        http_status: Some(400),
        message: "refused".to_owned(),
        failure: Failure {
            code: None,
            title: "t".to_owned(),
            reason: "r".to_owned(),
        },
        scope: RefusalScope::Message,
    })
}

#[actix_web::test]
async fn no_log_line_holds_a_passcode_a_key_or_a_number() {
    let log = LogCapture::start();

    let outcomes: [fn() -> Result<Accepted, SendError>; 3] = [
        || {
            Ok(Accepted {
                provider_message_id: ProviderMessageId("wamid.1".to_owned()),
            })
        },
        || Err(refused()),
        || Err(SendError::Unknown),
    ];
    let body = json!({"otpCode": "cAnArY17", "toPhoneE164": "+966551234567"});
    for outcome in outcomes {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .returning(|_| Ok(vec![Admission::Admitted]));
        world.ledger.expect_settle().returning(|_| Ok(()));
        world.sender.expect_send().returning(move |_| outcome());
        world.ask(post("/SendMessage", &body)).await;
    }
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .returning(|_| Err(PortError::Backend("the disk is full".into())));
    assert_eq!(world.ask(post("/SendMessage", &body)).await.status, 500);
    let mistyped = json!({"otpCode": "cAnArY17?", "toPhoneE164": "+966551234567"});
    World::new().ask(post("/SendMessage", &mistyped)).await;
    let malformed = body.to_string() + "cAnArY17";
    World::new()
        .ask(post("/SendMessage", &body).set_payload(malformed))
        .await;
    World::new()
        .ask(post("/cAnArY17/+966551234567", &body))
        .await;

    let log = log.finish();
    assert!(
        log.contains("http.request") && log.contains("/SendMessage"),
        "{log}"
    );
    assert!(
        log.contains("the disk is full"),
        "the cause is logged: {log}"
    );
    assert_eq!(log.matches("the disk is full").count(), 1, "once: {log}");
    for secret in ["cAnArY17", "966551234567", "551234567", live_key().expose()] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[actix_web::test]
async fn no_log_line_holds_the_content_of_a_webhook_call() {
    let log = LogCapture::start();
    for (verified, signed) in [
        (true, Ok(ProviderWebhookPayload::default())),
        (false, Err(WebhookRefusal::Malformed)),
    ] {
        let mut provider = MockProviderWebhook::new();
        provider
            .expect_handshake()
            .returning(move |_, _, _| verified.then(|| "1158201444".to_owned()));
        provider.expect_may_be_signed().return_const(true);
        provider
            .expect_open()
            .returning(move |_, _, _| signed.clone());
        let mut world = World::without_directory();
        world.webhook = Some((Arc::new(provider), MockReceipts::new()));
        let api = world.api();
        let query = "hub.mode=subscribe&hub.verify_token=cAnArY17&hub.challenge=1158201444";
        let path = "/webhooks/whatsapp";
        ask(&api, TestRequest::get().uri(&format!("{path}?{query}"))).await;
        let notification = TestRequest::post()
            .uri(path)
            .insert_header(("X-Hub-Signature-256", "sha256=cAnArY17"))
            .set_payload(r#"{"id":"wamid.cAnArY17","recipient_id":"966551234567"}"#);
        ask(&api, notification).await;
    }

    let log = log.finish();
    assert!(log.contains("route=\"/webhooks/whatsapp\""), "{log}");
    assert!(log.contains("WARN"), "the operator is warned: {log}");
    for secret in ["cAnArY17", "966551234567", "1158201444", "wamid"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
