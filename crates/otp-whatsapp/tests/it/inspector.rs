//! Tests of the set-up at Meta: the requests, and the meaning of the answers.

use std::time::Duration;

use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ports::{
    AccountFacts, BusinessAccount, ProviderError, ProviderInspector, SubscribedApp, TokenFacts,
};
use otp_core::time::Timestamp;
use otp_whatsapp::{CloudApiInspector, CloudApiOptions};
use serde_json::{Value, json};
use wiremock::matchers::{header, header_exists, method, path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use crate::support::TOKEN;

const WABA: &str = "102290129340398";

fn token() -> AccessToken {
    AccessToken::parse(TOKEN).expect("valid")
}

fn account() -> BusinessAccount {
    BusinessAccount {
        waba_id: ProviderId::parse(WABA).expect("digits"),
        access_token: token(),
    }
}

/// A request with the token to this path.
fn asking(at: &str) -> MockBuilder {
    Mock::given(method("GET"))
        .and(path(at))
        .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
}

async fn inspector(mock: MockBuilder, answer: ResponseTemplate) -> (MockServer, CloudApiInspector) {
    let server = MockServer::start().await;
    mock.respond_with(answer).expect(1).mount(&server).await;
    let options = CloudApiOptions {
        base_url: server.uri(),
        ..CloudApiOptions::default()
    };
    let inspector = CloudApiInspector::new(&options, Duration::from_secs(2));
    (server, inspector.expect("valid options"))
}

async fn inspect_token(status: u16, body: &Value) -> Result<TokenFacts, ProviderError> {
    let mock = asking("/v26.0/debug_token").and(query_param("input_token", TOKEN));
    let answer = ResponseTemplate::new(status).set_body_json(body);
    let (_server, inspector) = inspector(mock, answer).await;
    inspector.inspect_token(&token()).await
}

#[tokio::test]
async fn a_token_has_an_app_an_end_and_permissions() {
    let answer = json!({"data": {
        "app_id": "670843887433847", "type": "SYSTEM_USER", "application": "Shop",
        "data_access_expires_at": 0, "expires_at": 1_800_000_000, "is_valid": true,
        "scopes": ["whatsapp_business_messaging", "odd words\u{1b}[2J", 7], "user_id": "122",
    }});
    let facts = TokenFacts {
        is_valid: true,
        app_id: ProviderId::parse("670843887433847").ok(),
        expires_at: Some(Timestamp::from_unix_millis(1_800_000_000_000)),
        scopes: vec!["whatsapp_business_messaging".to_owned()],
    };
    assert_eq!(inspect_token(200, &answer).await.expect("facts"), facts);

    let without_end = json!({"data": {"is_valid": true, "expires_at": 0, "app_id": 7}});
    let found = inspect_token(200, &without_end).await.expect("facts");
    assert_eq!(found.expires_at, None);
    assert_eq!(found.app_id, ProviderId::parse("7").ok());

    let revoked = json!({"data": {"is_valid": false, "scopes": [], "error": {"code": 190}}});
    assert!(!inspect_token(200, &revoked).await.expect("facts").is_valid);
}

#[tokio::test]
async fn an_answer_about_the_token_that_says_nothing_is_not_believed() {
    for body in [json!({}), json!({"data": {"is_valid": "yes"}}), json!([])] {
        let found = inspect_token(200, &body).await;
        assert!(
            matches!(found, Err(ProviderError::Unavailable(_))),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_refusal_does_not_show_the_token() {
    let message = format!("Error validating access token {TOKEN}");
    let error = json!({"error": {"code": 190, "message": message}});
    let Err(ProviderError::Refused { code, words, .. }) = inspect_token(401, &error).await else {
        panic!("not refused");
    };
    assert_eq!(code, 190);
    assert!(
        words.starts_with("Error validating") && !words.contains(TOKEN),
        "{words}"
    );
}

#[tokio::test]
async fn an_account_has_a_review_and_a_verification() {
    let ask = || {
        let fields = "id,account_review_status,business_verification_status";
        asking(&format!("/v26.0/{WABA}")).and(query_param("fields", fields))
    };
    for (body, expected) in [
        (
            json!({"id": WABA, "account_review_status": "APPROVED",
                "business_verification_status": "not_verified"}),
            AccountFacts {
                review: Some("APPROVED".to_owned()),
                verification: Some("not_verified".to_owned()),
            },
        ),
        (
            json!({"id": WABA, "account_review_status": "two words"}),
            AccountFacts::default(),
        ),
    ] {
        let answer = ResponseTemplate::new(200).set_body_json(&body);
        let (_server, inspector) = inspector(ask(), answer).await;
        let found = inspector.inspect_account(&account()).await;
        assert_eq!(found.expect("facts"), expected, "{body}");
    }
    let answer = ResponseTemplate::new(200).set_body_json(json!({"status": "fine"}));
    let (_server, inspector) = inspector(ask(), answer).await;
    let found = inspector.inspect_account(&account()).await;
    assert!(matches!(found, Err(ProviderError::Unavailable(_))));
}

#[tokio::test]
async fn subscribed_apps_are_listed_by_id() {
    let body = json!({"data": [
        {"whatsapp_business_api_data": {"id": "670843887433847", "name": "Shop"}},
        {"override_callback_uri": "https://other.example"},
    ]});
    let answer = ResponseTemplate::new(200).set_body_json(body);
    let mock = asking(&format!("/v26.0/{WABA}/subscribed_apps"));
    let (_server, inspector) = inspector(mock, answer).await;
    let apps = inspector.list_subscribed_apps(&account()).await;
    let named = SubscribedApp {
        id: ProviderId::parse("670843887433847").ok(),
    };
    assert_eq!(apps.expect("apps"), [named, SubscribedApp { id: None }]);
}

/// Returns the time of an answer with this date.
async fn time(date: &str) -> Result<Timestamp, ProviderError> {
    let mock = Mock::given(method("GET")).and(path("/v26.0/me"));
    let answer = ResponseTemplate::new(400).insert_header("date", date);
    let (server, inspector) = inspector(mock, answer).await;
    // A second request with a token would be one too many.
    let with_token = Mock::given(header_exists("authorization"));
    let never = with_token
        .respond_with(ResponseTemplate::new(500))
        .expect(0);
    never.with_priority(1).mount(&server).await;
    inspector.tell_time().await
}

#[tokio::test]
async fn the_time_is_that_of_an_answer_to_a_question_without_a_token() {
    let found = time("Tue, 01 Dec 2026 12:22:28 GMT").await.expect("a time");
    assert_eq!(found.to_rfc3339(), "2026-12-01T12:22:28.000Z");
    for date in ["yesterday", "2026-12-01T12:22:28Z"] {
        let found = time(date).await;
        assert!(
            matches!(found, Err(ProviderError::Unavailable(_))),
            "{date}"
        );
    }
}

#[tokio::test]
async fn the_version_is_that_of_the_options() {
    let options = CloudApiOptions {
        api_version: "v25.0".to_owned(),
        ..CloudApiOptions::default()
    };
    let inspector = CloudApiInspector::new(&options, Duration::from_secs(2));
    assert_eq!(inspector.expect("valid").api_version(), "v25.0");
}
