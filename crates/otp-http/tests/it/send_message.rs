//! `POST /SendMessage`: the contract's order of judgement, rule by rule, as far as it shows here.

use actix_web::test::TestRequest;
use otp_core::ids::MessageId;
use otp_core::message::{Failure, MessageStatus, ProviderMessageId};
use otp_core::ports::{Accepted, PortError, ProviderRefusal, SendError};
use otp_core::send::{Admission, FirstAnswer, Refusal};
use otp_core::time::Timestamp;
use otp_http::PerIpQuota;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

use super::support::{NOW, World, expired_key, live_key, post, revoked_key, unknown_key};

const PATH: &str = "/SendMessage";

fn valid() -> Value {
    json!({
        "otpCode": "123456",
        "toPhoneE164": "+966551234567",
        "languageCode": "en",
        "idempotencyKey": "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
    })
}

/// The valid body, but for one field.
fn with(field: &str, value: Value) -> Value {
    let mut body = valid();
    body[field] = value;
    body
}

fn without(field: &str) -> Value {
    let mut body = valid();
    body.as_object_mut().unwrap().remove(field);
    body
}

async fn error(request: TestRequest) -> (u16, String) {
    World::new().ask(request).await.error()
}

/// What the ledger's refusal of an otherwise valid request is answered with.
async fn admission(admission: Admission) -> super::support::Answer {
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .times(1)
        .returning(move |_| Ok(vec![admission]));
    world.ask(post(PATH, &valid())).await
}

/// A valid request that the provider answers like this.
async fn delivery(answer: Result<Accepted, SendError>) -> super::support::Answer {
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .times(1)
        .returning(|_| Ok(vec![Admission::Admitted]));
    world.ledger.expect_settle().times(1).returning(|_| Ok(()));
    world
        .sender
        .expect_send()
        .times(1)
        .returning(move |_| answer.clone());
    world.ask(post(PATH, &valid())).await
}

fn refusal(http_status: Option<u16>) -> Result<Accepted, SendError> {
    let failure = Failure {
        code: Some(131_026),
        title: "OAuthException".to_owned(),
        reason: "The recipient has no WhatsApp.".to_owned(),
    };
    Err(SendError::Refused(ProviderRefusal {
        message: "(#131026) Message undeliverable".to_owned(),
        http_status,
        failure,
    }))
}

#[actix_web::test]
async fn rule_1_the_limit_per_ip_comes_before_the_key() {
    let mut world = World::without_directory();
    let one = std::num::NonZeroU32::MIN;
    world.options.per_ip = Some(PerIpQuota {
        per_second: one,
        burst: one,
    });
    let api = world.api();
    let bare = || {
        TestRequest::post()
            .uri(PATH)
            .peer_addr(([203, 0, 113, 9], 1).into())
    };
    let first = super::support::ask(&api, bare()).await;
    assert_eq!(first.error(), (400, "ApiKeyIsRequired".to_owned()));
    let second = super::support::ask(&api, bare()).await;
    assert_eq!(second.error(), (429, "TooManyRequests".to_owned()));
}

#[actix_web::test]
async fn rule_2_the_key_comes_before_the_body() {
    // No content type, no JSON: all of it worse than the key, and none of it looked at.
    let request = || TestRequest::post().uri(PATH).set_payload("{");
    let keyed = |key: &str| request().insert_header(("X-Api-Key", key));
    assert_eq!(error(request()).await, (400, "ApiKeyIsRequired".into()));
    assert_eq!(error(keyed("")).await, (400, "ApiKeyIsRequired".into()));
    assert_eq!(error(keyed("  ")).await, (400, "ApiKeyIsRequired".into()));
    for key in [
        unknown_key().expose(),
        revoked_key().expose(),
        "otp_live_x",
        "x",
    ] {
        assert_eq!(
            error(keyed(key)).await,
            (404, "ApiKeyNotFound".into()),
            "{key}"
        );
    }
    assert_eq!(
        error(keyed(expired_key().expose())).await,
        (400, "ApiKeyExpired".into())
    );
    assert_eq!(error(keyed(live_key().expose())).await.0, 415);
}

#[actix_web::test]
async fn rule_3_a_body_that_is_not_json_is_malformed() {
    for body in [
        "",
        " ",
        "{",
        "}",
        "nonsense",
        "{\"otpCode\":}",
        "{\"otpCode\":\"1\"",
        "{'otpCode':'1'}",
        "{\"otpCode\":\"\\ud800\"}",
        "[]",
        "[\"123456\",\"+966551234567\"]",
        "null",
        "\"text\"",
        "12",
        "\u{feff}{}",
        "{} {}",
        "{\"otpCode\":\"1\",\"otpCode\":\"2\"}",
        "{\"otpCode\":123456}",
        "{\"otpCode\":true}",
        "{\"otpCode\":1e400}",
        "{\"otpCode\":[\"1\"]}",
        "{\"otpCode\":{\"a\":1}}",
        "{\"otpCode\":\"1\",\"toPhoneE164\":9}",
        "{\"otpCode\":\"1\",\"toPhoneE164\":\"+966551234567\",\"languageCode\":7}",
    ] {
        let request = post(PATH, &Value::Null).set_payload(body);
        assert_eq!(
            error(request).await,
            (400, "MalformedRequestBody".into()),
            "{body}"
        );
    }
}

#[actix_web::test]
async fn rule_3_nothing_said_of_a_malformed_body_quotes_it() {
    for body in [
        "{\"otpCode\":48291}",
        "{\"otpCode\":\"48291\",",
        "48291",
        "{\"48291\":1,}",
    ] {
        let answer = World::new()
            .ask(post(PATH, &Value::Null).set_payload(body))
            .await;
        assert_eq!(answer.status, 400);
        assert!(
            !String::from_utf8(answer.body).unwrap().contains("48291"),
            "{body}"
        );
    }
}

#[actix_web::test]
async fn rule_3_a_wrong_type_names_the_field() {
    for field in ["otpCode", "toPhoneE164", "languageCode"] {
        let answer = World::new().ask(post(PATH, &with(field, json!(5)))).await;
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert!(description.contains(field), "{description}");
    }
}

#[actix_web::test]
async fn rule_3_the_content_type_must_be_json() {
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "json",
        "",
        "text/json",
        "*/*",
    ] {
        let request = post(PATH, &valid()).insert_header(("Content-Type", media_type));
        assert_eq!(
            error(request).await,
            (415, "UnsupportedMediaType".into()),
            "{media_type}"
        );
    }
    let packed = post(PATH, &valid()).insert_header(("Content-Encoding", "gzip"));
    assert_eq!(error(packed).await, (415, "UnsupportedMediaType".into()));
    for media_type in [
        "application/json",
        "Application/JSON; Charset=utf-8",
        "application/vnd.shop+json",
        "application/problem+json; a=b; c=d",
    ] {
        let request = post(PATH, &json!({})).insert_header(("Content-Type", media_type));
        assert_eq!(
            error(request).await,
            (400, "OTPCodeIsRequired".into()),
            "{media_type}"
        );
    }
}

#[actix_web::test]
async fn rule_3_a_body_may_have_16_kib_and_not_a_byte_more() {
    let padded = |length: usize| {
        let frame = json!({"padding": ""}).to_string().len();
        json!({"padding": "x".repeat(length - frame)})
    };
    assert_eq!(
        error(post(PATH, &padded(16_384))).await,
        (400, "OTPCodeIsRequired".into())
    );
    assert_eq!(
        error(post(PATH, &padded(16_385))).await,
        (413, "RequestBodyTooLarge".into())
    );
}

#[actix_web::test]
async fn rule_3_deep_nesting_is_no_danger() {
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    let in_field = format!("{{\"otpCode\":{deep}}}");
    let unknown = format!("{{\"unknown\":{deep}}}");
    for (body, expected) in [
        (deep.clone(), "MalformedRequestBody"),
        (in_field, "MalformedRequestBody"),
        (unknown, "OTPCodeIsRequired"),
    ] {
        let request = post(PATH, &Value::Null).set_payload(body);
        assert_eq!(error(request).await, (400, expected.into()));
    }
}

#[actix_web::test]
async fn rule_3_unknown_fields_are_ignored() {
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .times(1)
        .returning(|_| Ok(vec![Admission::Refused(Refusal::InsufficientBalance)]));
    let answer = world
        .ask(post(PATH, &with("unknown", json!([1, {"a": null}]))))
        .await;
    assert_eq!(answer.error(), (400, "InsufficientBalance".into()));
}

#[actix_web::test]
async fn rule_4_the_passcode_is_judged_before_the_number() {
    let check = async |code: Option<Value>, expected: &str| {
        let mut body = json!({"toPhoneE164": "no number"});
        if let Some(code) = code {
            body["otpCode"] = code;
        }
        assert_eq!(
            error(post(PATH, &body)).await,
            (400, expected.into()),
            "{body}"
        );
    };
    check(None, "OTPCodeIsRequired").await;
    check(Some(Value::Null), "OTPCodeIsRequired").await;
    check(Some(json!("")), "OTPCodeIsRequired").await;
    check(
        Some(json!("123456789")),
        "OTPCodeLengthMustBeLessThanOrEqualTo8",
    )
    .await;
    check(
        Some(json!("1234-5678")),
        "OTPCodeLengthMustBeLessThanOrEqualTo8",
    )
    .await;
    check(
        Some(json!("1234-567")),
        "OTPCodeMustContainOnlyLettersOrDigits",
    )
    .await;
    check(Some(json!("١٢٣٤")), "OTPCodeMustContainOnlyLettersOrDigits").await;
    check(Some(json!(" ")), "OTPCodeMustContainOnlyLettersOrDigits").await;
    check(Some(json!("abcD1234")), "InvalidphoneNumber").await;
}

#[actix_web::test]
async fn rule_5_the_number_is_judged_before_the_idempotency_key() {
    let check = async |number: Option<Value>, expected: &str| {
        let mut body = json!({"otpCode": "123456", "idempotencyKey": "no uuid"});
        if let Some(number) = number {
            body["toPhoneE164"] = number;
        }
        assert_eq!(
            error(post(PATH, &body)).await,
            (400, expected.into()),
            "{body}"
        );
    };
    check(None, "DestinationPhoneNumberIsRequired").await;
    check(Some(Value::Null), "DestinationPhoneNumberIsRequired").await;
    check(Some(json!("")), "PhoneNumberCanNotBeEmpty").await;
    check(Some(json!(" \t")), "PhoneNumberCanNotBeEmpty").await;
    for number in [
        "0551234567",
        "+999999999999",
        "966551234567",
        " +966551234567",
        "+966 55 123 4567",
        "tel:+966551234567",
        "+966551234567;ext=1",
        "+٩٦٦٥٥١٢٣٤٥٦٧",
        "+",
        "++966551234567",
    ] {
        check(Some(json!(number)), "InvalidphoneNumber").await;
    }
    check(
        Some(json!(format!("+{}", "9".repeat(10_000)))),
        "InvalidphoneNumber",
    )
    .await;
    check(Some(json!("+966551234567")), "IdempotencyKeyMustBeUuid").await;
}

#[actix_web::test]
async fn rule_6_an_idempotency_key_must_be_a_uuid() {
    for key in [
        json!(""),
        json!("x"),
        json!("{a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60}"),
        json!(7),
        json!([]),
    ] {
        let request = post(PATH, &with("idempotencyKey", key));
        assert_eq!(
            error(request).await,
            (400, "IdempotencyKeyMustBeUuid".into())
        );
    }
    for body in [
        without("idempotencyKey"),
        with("idempotencyKey", Value::Null),
    ] {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .times(1)
            .withf(|attempts| attempts[0].idempotency_key.is_none())
            .returning(|_| Ok(vec![Admission::Refused(Refusal::InsufficientBalance)]));
        assert_eq!(
            world.ask(post(PATH, &body)).await.error().1,
            "InsufficientBalance"
        );
    }
}

#[actix_web::test]
async fn rule_6_a_language_that_is_none_selects_the_accounts_default() {
    for (wish, expected) in [
        (json!("en"), "en"),
        (json!("en-US"), "en"),
        (json!("AR_sa"), "ar"),
        (json!("fr"), "ar"),
        (json!("no tag"), "ar"),
        (json!(""), "ar"),
        (Value::Null, "ar"),
        (json!("x".repeat(9_000)), "ar"),
    ] {
        let mut world = World::new();
        let chosen = expected.to_owned();
        world
            .ledger
            .expect_admit()
            .times(1)
            .withf(move |attempts| attempts[0].route.as_ref().unwrap().language.as_str() == chosen)
            .returning(|_| Ok(vec![Admission::Refused(Refusal::InsufficientBalance)]));
        let answer = world
            .ask(post(PATH, &with("languageCode", wish.clone())))
            .await;
        assert_eq!(answer.error().1, "InsufficientBalance", "{wish}");
    }
}

#[actix_web::test]
async fn rule_7_a_replay_is_the_first_answer_and_says_so() {
    for status in MessageStatus::ALL {
        let message_id = MessageId(Uuid::from_u128(0xf00d));
        let answer = admission(Admission::Replayed(FirstAnswer { message_id, status })).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("idempotent-replayed"), "true");
        assert_eq!(
            answer.json(),
            json!({"id": message_id.0, "messageStatus": status.as_str()})
        );
    }
}

#[actix_web::test]
async fn rule_8_no_sender_and_no_template_are_not_found() {
    let answer = admission(Admission::Refused(Refusal::SenderNumberNotFound)).await;
    assert_eq!(answer.error(), (404, "SenderNumberNotFound".into()));
    let answer = admission(Admission::Refused(Refusal::TemplateNotFound)).await;
    assert_eq!(answer.error(), (404, "TemplateNotFound".into()));
}

#[actix_web::test]
async fn rule_9_an_opted_out_recipient_is_refused() {
    let answer = admission(Admission::Refused(Refusal::RecipientOptedOut)).await;
    assert_eq!(answer.error(), (400, "RecipientOptedOut".into()));
}

#[actix_web::test]
async fn rule_10_the_cooldown_says_how_long_in_both_languages() {
    for (wait_ms, clock, seconds) in [
        (30_000, "00:00:30", "30"),
        (29_001, "00:00:30", "30"),
        (1, "00:00:01", "1"),
        (21_600_000, "06:00:00", "21600"),
        (3_723_000, "01:02:03", "3723"),
    ] {
        let retry_at: Timestamp = NOW + Duration::from_millis(wait_ms);
        let answer = admission(Admission::Refused(Refusal::CoolingDown { retry_at })).await;
        let sentence = format!(
            "You can't send another message to the same number yet. Please wait {clock} and try again."
        );
        assert_eq!(answer.error(), (400, sentence));
        assert_eq!(answer.header("retry-after"), seconds);
        assert_eq!(answer.header("content-language"), "en");
    }
    let mut world = World::new();
    let retry_at = NOW + Duration::from_secs(90);
    world
        .ledger
        .expect_admit()
        .returning(move |_| Ok(vec![Admission::Refused(Refusal::CoolingDown { retry_at })]));
    let arabic =
        post(PATH, &valid()).insert_header(("Accept-Language", "fr, ar-EG;q=0.8, en;q=0.5"));
    let answer = world.ask(arabic).await;
    assert_eq!(answer.header("content-language"), "ar");
    let (status, sentence) = answer.error();
    // The time is isolated, so that it reads from left to right within the Arabic sentence.
    assert!(
        status == 400 && sentence.contains("\u{2066}00:01:30\u{2069}"),
        "{sentence}"
    );
}

#[actix_web::test]
async fn rule_11_too_few_credits_are_refused() {
    let answer = admission(Admission::Refused(Refusal::InsufficientBalance)).await;
    assert_eq!(answer.error(), (400, "InsufficientBalance".into()));
}

#[actix_web::test]
async fn rule_12_a_refusal_of_the_provider_is_mirrored() {
    for (theirs, ours) in [
        (Some(400), 400),
        (Some(401), 401),
        (Some(404), 404),
        (Some(429), 429),
        (Some(499), 499),
        (Some(500), 424),
        (Some(302), 424),
        (None, 424),
    ] {
        let answer = delivery(refusal(theirs)).await;
        assert_eq!(
            answer.error(),
            (ours, "(#131026) Message undeliverable".into())
        );
        assert_eq!(answer.json()["messageStatus"], "Failed");
        Uuid::parse_str(answer.json()["id"].as_str().unwrap()).unwrap();
    }
}

#[actix_web::test]
async fn rule_13_an_accepted_message_is_sent_and_an_unknown_one_pending() {
    let accepted = Accepted {
        provider_message_id: ProviderMessageId("wamid.1".to_owned()),
    };
    for (outcome, status) in [(Ok(accepted), "Sent"), (Err(SendError::Unknown), "Pending")] {
        let answer = delivery(outcome).await;
        assert_eq!(answer.status, 200);
        let body = answer.json();
        assert_eq!(body["messageStatus"], status);
        assert_eq!(body.as_object().unwrap().len(), 2);
        Uuid::parse_str(body["id"].as_str().unwrap()).unwrap();
        assert!(answer.headers.get("idempotent-replayed").is_none());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn a_failing_port_is_a_500_and_an_unreachable_one_a_503_without_a_cause() {
    type Broken = fn() -> PortError;
    let cases: [(Broken, u16, &str); 3] = [
        (|| PortError::Unavailable("canary".into()), 503, "1"),
        (|| PortError::Backend("canary".into()), 500, ""),
        (|| PortError::Conflict("canary".into()), 500, ""),
    ];
    for (broken, status, retry_after) in cases {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .returning(move |_| Err(broken()));
        let answer = world.ask(post(PATH, &valid())).await;
        assert_eq!(answer.error(), (status, "InternalServerError".into()));
        assert_eq!(answer.header("retry-after"), retry_after);
        assert!(!String::from_utf8(answer.body).unwrap().contains("canary"));
    }
}

#[actix_web::test]
async fn a_use_case_that_panics_is_a_500_without_a_cause() {
    let mut world = World::new();
    world.ledger.expect_admit().returning(|_| panic!("canary"));
    let answer = world.ask(post(PATH, &valid())).await;
    assert_eq!(answer.error(), (500, "InternalServerError".into()));
    assert!(!String::from_utf8(answer.body).unwrap().contains("canary"));
}

fn run(body: Vec<u8>) -> u16 {
    actix_web::rt::System::new().block_on(async {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .returning(|_| Ok(vec![Admission::Refused(Refusal::InsufficientBalance)]));
        world
            .ask(post(PATH, &Value::Null).set_payload(body))
            .await
            .error()
            .0
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Za-z0-9]{0,9}".prop_map(Value::from),
        r"\+[0-9]{0,15}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..3)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_as_a_body_are_the_services_fault(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!((400..500).contains(&run(body)));
    }

    #[test]
    fn no_json_as_a_body_is_the_services_fault(
        otp in any_json(), to in any_json(), language in any_json(), key in any_json(),
    ) {
        let body = json!({"otpCode": otp, "toPhoneE164": to, "languageCode": language, "idempotencyKey": key});
        prop_assert!((400..500).contains(&run(body.to_string().into_bytes())));
    }
}
