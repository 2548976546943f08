//! Tests of the state of a number at Meta: the request, and the meaning of the answers.

use std::time::Duration;

use otp_core::channel::whatsapp::health::{Quality, Rating};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ports::{Examination, SenderExaminer};
use otp_whatsapp::{CloudApiNumbers, CloudApiOptions};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::TOKEN;

async fn examine(answer: ResponseTemplate) -> Examination {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v26.0/106540352242922"))
        .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
        .and(query_param(
            "fields",
            "health_status,status,quality_rating,whatsapp_business_manager_messaging_limit",
        ))
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    let options = CloudApiOptions {
        base_url: server.uri(),
        ..CloudApiOptions::default()
    };
    let numbers = CloudApiNumbers::new(&options, Duration::from_secs(2)).expect("valid options");
    let number = ProviderId::parse("106540352242922").expect("digits");
    let token = AccessToken::parse(TOKEN).expect("valid");
    numbers.examine(&number, &token).await
}

async fn number(fields: Value) -> Examination {
    let mut body = json!({"id": "106540352242922"});
    let fields = fields.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(fields);
    examine(ResponseTemplate::new(200).set_body_json(body)).await
}

async fn error(status: u16, error: Value) -> Examination {
    examine(ResponseTemplate::new(status).set_body_json(json!({"error": error}))).await
}

#[tokio::test]
async fn a_number_that_is_not_blocked_can_send() {
    let rating = Rating {
        quality: Some(Quality::Yellow),
        messaging_limit: Some("TIER_1K".to_owned()),
    };
    let rated = json!({
        "status": "CONNECTED", "quality_rating": "YELLOW",
        "whatsapp_business_manager_messaging_limit": "TIER_1K",
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
    });
    assert_eq!(number(rated).await, Examination::Able(rating));
    for fields in [
        json!({}),
        json!({"health_status": {"can_send_message": "LIMITED"}}),
        json!({"health_status": "odd", "status": 7, "quality_rating": ""}),
        json!({"status": "FLAGGED"}),
    ] {
        let found = number(fields.clone()).await;
        assert_eq!(found, Examination::Able(Rating::default()), "{fields}");
    }
}

#[tokio::test]
async fn a_blocked_number_has_the_blocked_entity_and_its_reason() {
    let blocked = json!({"health_status": {"can_send_message": "BLOCKED", "entities": [
        {"entity_type": "PHONE_NUMBER", "id": "106540352242922", "can_send_message": "AVAILABLE"},
        {"entity_type": "WABA", "id": "102290129340398", "can_send_message": "BLOCKED", "errors": [{
            "error_code": 141_010,
            "error_description": "The account is restricted.",
            "possible_solution": "Request a review.",
        }]},
    ]}});
    let Examination::Unable(refusal, _) = number(blocked).await else {
        panic!("able")
    };
    assert_eq!(refusal.failure.code, Some(141_010));
    assert_eq!(refusal.failure.title, "Blocked: WABA");
    assert_eq!(
        refusal.message,
        "The account is restricted. Request a review."
    );

    for fields in [
        json!({"health_status": {"can_send_message": "BLOCKED"}}),
        json!({"status": "BANNED"}),
        json!({"status": "DISCONNECTED"}),
    ] {
        let found = number(fields.clone()).await;
        assert!(
            matches!(found, Examination::Unable(..)),
            "{fields}: {found:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_request_concerns_the_sender_only_for_some_codes() {
    for (code, subcode) in [(190, None), (0, None), (100, Some(33)), (131_031, None)] {
        let found = error(401, json!({"code": code, "error_subcode": subcode})).await;
        let Examination::Unable(refusal, _) = found else {
            panic!("{code}: {found:?}")
        };
        assert_eq!(refusal.failure.code, Some(code), "{code}");
    }
    for code in [3, 10, 200, 299, 131_005] {
        let found = error(403, json!({"code": code})).await;
        assert!(
            matches!(found, Examination::NotShown(_)),
            "{code}: {found:?}"
        );
    }
    for code in [1, 2, 4, 100, 80_007, 131_000, 999_999] {
        let found = error(400, json!({"code": code})).await;
        assert_eq!(found, Examination::Silent, "{code}");
    }
}

#[tokio::test]
async fn every_other_answer_shows_nothing_about_the_number() {
    for answer in [
        ResponseTemplate::new(502).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_json(json!([])),
        ResponseTemplate::new(200).set_body_json(json!({"status": "BANNED"})),
        ResponseTemplate::new(200)
            .set_body_json(json!({"id": "1"}))
            .set_delay(Duration::from_secs(5)),
    ] {
        assert_eq!(examine(answer).await, Examination::Silent);
    }
}

#[tokio::test]
async fn no_reason_contains_the_token() {
    let words = format!("Malformed access token {TOKEN}");
    let Examination::Unable(refusal, _) = error(401, json!({"code": 190, "message": words})).await
    else {
        panic!("able")
    };
    assert!(!format!("{refusal:?}").contains(TOKEN));
}
