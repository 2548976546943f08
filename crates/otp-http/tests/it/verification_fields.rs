//! The nested fields of a new verification: its fallback and its context.

use serde_json::{Value, json};

use super::verifications::{NUMBER, create};

#[actix_web::test]
async fn each_bad_field_of_a_fallback_is_named() {
    let mail = json!({"to": "amal@example.com"});
    for (field, fallback) in [
        ("fallback[0]", json!(["amal@example.com"])),
        ("fallback[1]", json!([mail, null])),
        ("fallback[0].to", json!([{"channel": "email"}])),
        ("fallback[0].to", json!([{"to": 5}])),
        ("fallback[0].to", json!([{"to": "amal@example"}])),
        ("fallback[0].to", json!([{"to": NUMBER}])),
        ("fallback[1].to", json!([mail, mail])),
        (
            "fallback[0].channel",
            json!([{"to": "amal@example.com", "channel": "whatsapp"}]),
        ),
        (
            "fallback[0].channel",
            json!([{"to": "amal@example.com", "channel": "sms"}]),
        ),
        (
            "fallback[0].afterSeconds",
            json!([{"to": "amal@example.com", "afterSeconds": 0}]),
        ),
        (
            "fallback[1].afterSeconds",
            json!([
                mail,
                {"to": "noor@example.com", "afterSeconds": 61},
            ]),
        ),
    ] {
        let body = json!({"to": NUMBER, "lifetimeSeconds": 60, "fallback": fallback});
        let answer = create(&body).await;
        let error = answer.error();
        assert_eq!(error, (400, "InvalidRequest".to_owned()), "{fallback}");
        assert_eq!(answer.json()["field"], field, "{fallback}");
    }
}

#[actix_web::test]
async fn each_bad_field_of_a_context_is_named() {
    for (field, value) in [
        ("ip", json!("203.0.113")),
        ("ip", json!(1)),
        ("userId", json!("")),
        ("userId", json!(17)),
        ("deviceId", json!("x".repeat(513))),
        ("userAgent", json!(["curl"])),
    ] {
        let mut body = json!({"to": NUMBER, "context": {"ip": "2001:db8::1", "userId": "u-17"}});
        body["context"][field] = value.clone();
        let answer = create(&body).await;
        let error = answer.error();
        assert_eq!(error, (400, "InvalidRequest".to_owned()), "{value}");
        assert_eq!(
            answer.json()["field"],
            Value::from(format!("context.{field}"))
        );
    }
}
