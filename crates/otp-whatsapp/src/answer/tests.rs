//! Tests of the verdicts on answers of Meta, of proxies, and on broken ones.

use serde_json::json;

use super::*;
use crate::test_messages::message;

/// An outcome without its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Accepted,
    Refused,
    /// May be retried, after the pause if there is one.
    Retry(Option<u64>),
    Unknown,
}

fn verdict(status: u16, retry_after: Option<u64>, body: Option<&[u8]>) -> Verdict {
    let answer = Answer {
        status,
        retry_after: retry_after.map(Duration::from_secs),
        body: body.map(<[u8]>::to_vec),
    };
    judge(&answer, &Redaction::of(&message()))
}

fn outcome(verdict: &Verdict) -> Outcome {
    match &verdict.outcome {
        Ok(_) => Outcome::Accepted,
        Err(SendError::Refused(_)) => Outcome::Refused,
        Err(SendError::Retry { after, .. }) => Outcome::Retry(after.map(|d| d.as_secs())),
        Err(SendError::Unknown) => Outcome::Unknown,
    }
}

#[track_caller]
fn check(status: u16, body: &str, expected: Outcome) {
    assert_eq!(
        outcome(&verdict(status, None, Some(body.as_bytes()))),
        expected,
        "{status} {body}"
    );
}

#[track_caller]
fn check_error(status: u16, retry_after: Option<u64>, error: &Value, expected: Outcome) {
    let body = json!({ "error": error }).to_string();
    let verdict = verdict(status, retry_after, Some(body.as_bytes()));
    assert_eq!(outcome(&verdict), expected, "{status} {body}");
}

fn refusal(status: u16, error: &Value) -> ProviderRefusal {
    let body = json!({ "error": error }).to_string();
    match verdict(status, None, Some(body.as_bytes())).outcome {
        Err(SendError::Refused(refusal) | SendError::Retry { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_with_an_id_is_accepted() {
    let body = r#"{"messaging_product":"whatsapp","contacts":[{"input":"966512345678","wa_id":"966512345678"}],
        "messages":[{"id":"wamid.HBgMOTY2NTEyMzQ1Njc4FQIAERgSNEFENjIwODRGMkZBMTYzMkRFAA==","message_status":"accepted"}]}"#;
    let expected = "wamid.HBgMOTY2NTEyMzQ1Njc4FQIAERgSNEFENjIwODRGMkZBMTYzMkRFAA==";
    let accepted = verdict(200, None, Some(body.as_bytes()))
        .outcome
        .expect("accepted");
    assert_eq!(accepted.provider_message_id.0, expected);
}

#[test]
fn an_id_is_enough_whatever_its_status_and_whatever_else_is_missing() {
    for status in [
        "held_for_quality_assessment",
        "paused",
        "of a later version",
    ] {
        let body = json!({"messages": [{"id": "wamid.A", "message_status": status}]});
        check(200, &body.to_string(), Outcome::Accepted);
    }
    check(201, r#"{"messages":[{"id":"wamid.A"}]}"#, Outcome::Accepted);
}

#[test]
fn success_without_an_id_is_unknown() {
    for body in [
        "",
        "{}",
        "OK",
        "<html>",
        r#"{"messages":[]}"#,
        r#"{"messages":[{}]}"#,
        r#"{"messages":[{"id":""}]}"#,
        r#"{"messages":[{"id":7}]}"#,
        r#"{"messages":[{"id":"wamid.\u0000"}]}"#,
        r#"{"messages":[{"id":"wamid.A"}"#,
        r#"{"success":true}"#,
        r#"{"error":{"code":131026,"message":"(#131026) Message undeliverable"}}"#,
    ] {
        check(200, body, Outcome::Unknown);
    }
    let endless = json!({"messages": [{"id": "a".repeat(provider_message_id::MAX_LENGTH + 1)}]});
    check(200, &endless.to_string(), Outcome::Unknown);
    check(204, "", Outcome::Unknown);
    assert_eq!(outcome(&verdict(200, None, None)), Outcome::Unknown);
}

#[test]
fn the_code_decides_and_not_the_http_status() {
    for status in [400, 401, 403, 404, 408, 429, 499, 500, 503] {
        check_error(status, None, &json!({"code": 131026}), Outcome::Refused);
        check_error(status, None, &json!({"code": 190}), Outcome::Refused);
        check_error(status, None, &json!({"code": 132001}), Outcome::Refused);
        check_error(status, None, &json!({"code": 100}), Outcome::Refused);
        check_error(status, None, &json!({"code": 131000}), Outcome::Retry(None));
        check_error(
            status,
            None,
            &json!({"code": 130429}),
            Outcome::Retry(Some(1)),
        );
        check_error(
            status,
            None,
            &json!({"code": 131056}),
            Outcome::Retry(Some(4)),
        );
        check_error(
            status,
            None,
            &json!({"code": 80007}),
            Outcome::Retry(Some(60)),
        );
    }
}

#[test]
fn the_providers_pause_replaces_ours() {
    check_error(
        429,
        Some(7),
        &json!({"code": 130429}),
        Outcome::Retry(Some(7)),
    );
    check_error(503, Some(2), &json!({"code": 2}), Outcome::Retry(Some(2)));
    check_error(400, Some(7), &json!({"code": 131026}), Outcome::Refused);
}

#[test]
fn an_unlisted_code_is_transient_unless_graph_denies_it() {
    for code in [1, 131_099, 9_999_999_999_i64] {
        check_error(400, None, &json!({"code": code}), Outcome::Retry(None));
        check_error(
            400,
            None,
            &json!({"code": code, "is_transient": true}),
            Outcome::Retry(None),
        );
        check_error(
            500,
            None,
            &json!({"code": code, "is_transient": false}),
            Outcome::Refused,
        );
    }
}

#[test]
fn a_listed_code_takes_precedence_over_is_transient() {
    check_error(
        400,
        None,
        &json!({"code": 131026, "is_transient": true}),
        Outcome::Refused,
    );
    check_error(
        500,
        None,
        &json!({"code": 131016, "is_transient": false}),
        Outcome::Retry(None),
    );
}

#[test]
fn without_an_error_object_the_http_status_decides() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"error":"no"}"#,
        r#"{"error":{"message":"no"}}"#,
    ] {
        for status in [400, 401, 403, 404, 405, 407, 413, 421, 431, 451] {
            check(status, body, Outcome::Refused);
        }
        check(425, body, Outcome::Retry(None));
        check(429, body, Outcome::Retry(None));
        for status in [408, 499, 500, 502, 503, 504, 599] {
            check(status, body, Outcome::Unknown);
        }
    }
    assert_eq!(
        outcome(&verdict(429, Some(3), None)),
        Outcome::Retry(Some(3))
    );
    assert_eq!(outcome(&verdict(403, None, None)), Outcome::Refused);
}

#[test]
fn redirects_and_invalid_statuses_are_unknown() {
    for status in [100, 199, 300, 301, 302, 303, 304, 307, 308, 600, 999] {
        check(status, "", Outcome::Unknown);
        check_error(status, None, &json!({"code": 131026}), Outcome::Unknown);
        check(
            status,
            r#"{"messages":[{"id":"wamid.A"}]}"#,
            Outcome::Unknown,
        );
    }
}

#[test]
fn the_message_is_graphs_and_the_reason_its_details() {
    let error = json!({
        "message": "(#132001) Template name does not exist in the translation",
        "type": "OAuthException",
        "code": 132001,
        "error_data": {"messaging_product": "whatsapp", "details": "template name (otp_code) does not exist in ar"}
    });
    let expected = ProviderRefusal {
        http_status: Some(404),
        message: "(#132001) Template name does not exist in the translation".to_owned(),
        failure: Failure {
            code: Some(132_001),
            title: "Template does not exist".to_owned(),
            reason: "template name (otp_code) does not exist in ar".to_owned(),
        },
        scope: RefusalScope::Message,
    };
    assert_eq!(refusal(404, &error), expected);
}

#[test]
fn missing_texts_have_replacements() {
    let listed = refusal(400, &json!({"code": 131026}));
    assert_eq!(listed.message, "(#131026) Message undeliverable");
    assert_eq!(listed.failure.reason, listed.message);

    let unlisted = refusal(400, &json!({"code": 131_099, "type": "OAuthException"}));
    assert_eq!(unlisted.failure.title, "OAuthException");
    assert_eq!(unlisted.message, "(#131099) OAuthException");

    let bare = refusal(400, &json!({"code": 9_999_999_999_i64, "message": ""}));
    assert_eq!(
        (bare.failure.code, bare.failure.title.as_str()),
        (None, "Unknown error")
    );
}

#[test]
fn the_texts_contain_nothing_of_the_request() {
    let echo =
        "to=966551234567 (+966 55 123 4567) code 482913 token EAAGm0PX4ZCpsBAKZCbZBZCq7wZDZD";
    let error = json!({
        "code": 131_099, "message": echo, "type": echo, "error_data": {"details": echo}
    });
    let refusal = refusal(400, &error);
    let failure = &refusal.failure;
    for text in [&refusal.message, &failure.title, &failure.reason] {
        assert_eq!(text, "to=… (+…) code … token …");
    }
}
