//! Tests of templates at Meta: the requests, the reading of lists, and hostile answers.

use std::time::Duration;

use otp_core::channel::whatsapp::template::draft::TemplateDraft;
use otp_core::channel::whatsapp::template::listed::ListedTemplate;
use otp_core::channel::whatsapp::template::{CodeExpiry, TemplateName, TemplateStatus, TimeToLive};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::language::LanguageTag;
use otp_core::ports::{BusinessAccount, ProviderError, TemplateRegistry};
use otp_whatsapp::{CloudApiOptions, CloudApiTemplates};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{RawServer, TOKEN};

const PATH: &str = "/v26.0/102290129340398/message_templates";

fn registry(base_url: &str) -> CloudApiTemplates {
    let options = CloudApiOptions {
        base_url: base_url.to_owned(),
        ..CloudApiOptions::default()
    };
    CloudApiTemplates::new(&options, Duration::from_secs(2)).expect("valid options")
}

fn account() -> BusinessAccount {
    BusinessAccount {
        waba_id: ProviderId::parse("102290129340398").expect("digits"),
        access_token: AccessToken::parse(TOKEN).expect("valid"),
    }
}

fn tag(text: &str) -> LanguageTag {
    LanguageTag::parse(text).expect(text)
}

/// Returns a template as Meta lists it.
fn item(language: &str) -> Value {
    json!({
        "id": "1689556908129832", "name": "otp_code", "language": language,
        "status": "APPROVED", "category": "AUTHENTICATION", "rejected_reason": "NONE",
        "message_send_ttl_seconds": 300,
        "components": [
            {"type": "BODY", "text": "*{{1}}*", "add_security_recommendation": true},
            {"type": "FOOTER", "text": "Expires in 5 minutes.", "code_expiration_minutes": 5},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copy code",
                "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}]},
        ],
    })
}

async fn answering(server: &MockServer, answer: ResponseTemplate) {
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// Returns the result of reading a list with this page.
async fn list_of(page: Value) -> Result<Vec<ListedTemplate>, ProviderError> {
    let server = MockServer::start().await;
    answering(&server, ResponseTemplate::new(200).set_body_json(page)).await;
    registry(&server.uri()).list(&account()).await
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let server = MockServer::start().await;
    let page = |language: &str, next: Option<&str>| {
        let mut page = json!({"data": [item(language)],
            "paging": {"cursors": {"before": "x", "after": format!("after {language}")}}});
        if let Some(next) = next {
            page["paging"]["next"] = json!(next);
        }
        ResponseTemplate::new(200).set_body_json(page)
    };
    let asked = || {
        Mock::given(method("GET"))
            .and(path(PATH))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
    };
    // The address of the next page is of another host: it must never be requested.
    let elsewhere = "http://192.0.2.1/v26.0/1/message_templates?after=y";
    asked()
        .and(query_param_is_missing("after"))
        .respond_with(page("ar", Some(elsewhere)))
        .expect(1)
        .mount(&server)
        .await;
    asked()
        .and(query_param("after", "after ar"))
        .respond_with(page("en_US", None))
        .expect(1)
        .mount(&server)
        .await;
    let list = registry(&server.uri())
        .list(&account())
        .await
        .expect("a list");
    let expected = |language: &str| ListedTemplate {
        provider_id: ProviderId::parse("1689556908129832").expect("digits"),
        name: TemplateName::parse("otp_code").expect("name"),
        language: tag(language),
        status: TemplateStatus::APPROVED,
        reason: None,
        category: "AUTHENTICATION".to_owned(),
        has_code_button: true,
        time_to_live: TimeToLive::from_seconds(300),
        code_expiry: CodeExpiry::from_minutes(5).ok(),
    };
    assert_eq!(list, [expected("ar"), expected("en_US")]);
}

#[tokio::test]
async fn the_unusual_fields_of_a_template_are_read_too() {
    let mut odd = item("ar");
    odd["status"] = json!("REJECTED");
    odd["rejected_reason"] = json!("INVALID\u{1b}[31m_FORMAT");
    odd["category"] = json!("UTILITY");
    odd["message_send_ttl_seconds"] = json!(-1);
    odd["components"] = json!([{"type": "BODY", "text": "Hello"}]);
    let not_ours = json!({"id": "1", "name": "A Name", "language": "ar"});
    let list = list_of(json!({"data": [not_ours, 7, null, odd]}))
        .await
        .expect("a list");
    let [odd] = list.as_slice() else {
        panic!("{list:?}")
    };
    assert_eq!(odd.status, TemplateStatus::REJECTED);
    assert_eq!(odd.reason.as_deref(), Some("INVALID [31m_FORMAT"));
    assert!(!odd.is_authentication() && !odd.has_code_button && odd.outlasts_its_code());
    assert_eq!(
        (odd.time_to_live, odd.code_expiry),
        (Some(TimeToLive::Unlimited), None)
    );
}

#[tokio::test]
async fn a_hostile_list_is_an_error_and_never_a_partial_list() {
    let mut broken = item("ar");
    broken["id"] = json!("../1");
    let endless = json!({"data": [], "paging": {"next": "x", "cursors": {"after": "same"}}});
    for page in [
        json!({}),
        json!([]),
        json!({"data": {}}),
        json!({"data": [broken]}),
        endless,
        json!({"data": [], "paging": {"next": "x"}}),
    ] {
        let read = list_of(page.clone()).await;
        assert!(
            matches!(read, Err(ProviderError::Unavailable(_))),
            "{page}: {read:?}"
        );
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_an_error() {
    let server = MockServer::start().await;
    let page = |request: &wiremock::Request| {
        let after = request.url.query_pairs().find(|(name, _)| name == "after");
        let n: u64 = after.and_then(|(_, n)| n.parse().ok()).unwrap_or_default();
        ResponseTemplate::new(200).set_body_json(json!({"data": [item("ar")],
            "paging": {"next": "x", "cursors": {"after": (n + 1).to_string()}}}))
    };
    Mock::given(method("GET"))
        .respond_with(page)
        .expect(100)
        .mount(&server)
        .await;
    let read = registry(&server.uri()).list(&account()).await;
    assert!(
        matches!(read, Err(ProviderError::Unavailable(_))),
        "{read:?}"
    );
}

#[tokio::test]
async fn every_other_answer_is_reported_without_the_token() {
    let refusal = json!({"error": {"code": 190, "error_subcode": 463,
        "message": format!("Error validating access token {TOKEN}"), "type": "OAuthException"}});
    let huge = "x".repeat(5 * 1024 * 1024);
    for (answer, words) in [
        (
            ResponseTemplate::new(401).set_body_json(&refusal),
            "the provider refuses: Error validating",
        ),
        (
            ResponseTemplate::new(200).set_body_json(&refusal),
            "the provider refuses: Error validating",
        ),
        (
            ResponseTemplate::new(502).set_body_string("<html>"),
            "HTTP status 502",
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            "not JSON",
        ),
        (
            ResponseTemplate::new(302).insert_header("location", "http://192.0.2.1/"),
            "302",
        ),
        (ResponseTemplate::new(200).set_body_string(huge), "too long"),
        (
            ResponseTemplate::new(200).set_delay(Duration::from_secs(9)),
            "in time",
        ),
    ] {
        let server = MockServer::start().await;
        answering(&server, answer).await;
        let error = registry(&server.uri())
            .list(&account())
            .await
            .expect_err(words);
        let text = format!("{error} {error:?}");
        assert!(text.contains(words) && !text.contains("EAAG"), "{text}");
    }
    let gone = RawServer::start(|connection| async move { connection.reset() }).await;
    let error = registry(&gone.url)
        .list(&account())
        .await
        .expect_err("reset");
    assert!(matches!(error, ProviderError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_template_is_created_with_metas_request() {
    let server = MockServer::start().await;
    let body = json!({
        "name": "otp_code", "language": "ar", "category": "AUTHENTICATION",
        "message_send_ttl_seconds": 240,
        "components": [
            {"type": "BODY", "add_security_recommendation": true},
            {"type": "FOOTER", "code_expiration_minutes": 4},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        ],
    });
    let answer = json!({"id": "7", "status": "PENDING", "category": "AUTHENTICATION"});
    Mock::given(method("POST"))
        .and(path(PATH))
        .and(body_json(body))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .expect(1)
        .mount(&server)
        .await;
    let name = TemplateName::parse("otp_code").expect("name");
    let expiry = CodeExpiry::from_minutes(4).expect("minutes");
    let draft = TemplateDraft::try_new(name, expiry, None).expect("a draft");
    let registry = registry(&server.uri());
    let created = registry
        .create(&account(), &draft, &tag("ar"))
        .await
        .expect("created");
    assert_eq!(created.provider_id.as_str(), "7");
    assert_eq!(created.status, TemplateStatus::PENDING);
}
