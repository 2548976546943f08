//! Rules 1 to 6: the checks before any look-up for the account.

use actix_web::test::TestRequest;
use otp_core::send::{Admission, Refusal};
use otp_edge::PerIpQuota;
use serde_json::{Value, json};

use super::super::support::{World, ask, expired_key, live_key, post, revoked_key, unknown_key};
use super::{PATH, valid, with, without};

async fn error(request: TestRequest) -> (u16, String) {
    World::new().ask(request).await.error()
}

#[actix_web::test]
async fn rule_1_the_limit_per_ip_is_checked_before_the_key() {
    let mut world = World::without_directory();
    let one = std::num::NonZeroU32::MIN;
    world.options.per_ip = Some(PerIpQuota::per_second(one, one));
    let api = world.api();
    let bare = || {
        TestRequest::post()
            .uri(PATH)
            .peer_addr(([203, 0, 113, 9], 1).into())
    };
    let first = ask(&api, bare()).await;
    assert_eq!(first.error(), (400, "ApiKeyIsRequired".to_owned()));
    let second = ask(&api, bare()).await;
    assert_eq!(second.error(), (429, "TooManyRequests".to_owned()));
}

#[actix_web::test]
async fn rule_2_the_key_is_checked_before_the_body() {
    // Content type and JSON are invalid too, but are not checked.
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
async fn rule_3_no_answer_quotes_a_malformed_body() {
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
async fn rule_3_a_body_has_at_most_16_kib() {
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
async fn rule_3_deep_nesting_is_harmless() {
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
async fn rule_4_the_passcode_is_checked_before_the_number() {
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
async fn rule_5_the_number_is_checked_before_the_idempotency_key() {
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
async fn rule_6_an_implausible_language_selects_the_accounts_default() {
    for (language, expected) in [
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
            .withf(move |attempts| {
                attempts[0].route.as_ref().unwrap().language().as_str() == chosen
            })
            .returning(|_| Ok(vec![Admission::Refused(Refusal::InsufficientBalance)]));
        let answer = world
            .ask(post(PATH, &with("languageCode", language.clone())))
            .await;
        assert_eq!(answer.error().1, "InsufficientBalance", "{language}");
    }
}
