//! `POST /v1/messages/explain`. The ledger and the provider are mocks without an expectation: a call
//! of either fails the test.

use std::time::Duration;

use otp_core::credits::Credits;
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{ApiKeyId, MessageId, SubscriptionId};
use otp_core::message::MessageStatus;
use otp_core::notice::Announced;
use otp_core::recipient::PhoneNumber;
use otp_core::send::SendFacts;
use otp_core::subscription::SubscriptionBalance;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ACCOUNT, Answer, NOW, World, post, sealer};

const PATH: &str = "/v1/messages/explain";
const NUMBER: &str = "+966551234567";
const KEY: u128 = 7;

fn key() -> String {
    Uuid::from_u128(KEY).to_string()
}

/// Facts with credits, to which a test adds its own.
fn facts(add: impl FnOnce(&mut SendFacts)) -> SendFacts {
    let mut facts = SendFacts::default();
    let balance = SubscriptionBalance {
        id: SubscriptionId(Uuid::from_u128(1)),
        remaining: Credits::new(97).unwrap(),
        granted: Credits::new(100).unwrap(),
        created_at: NOW,
        announced: Announced::Nothing,
        is_revoked: false,
    };
    facts.add_balance(ACCOUNT, balance);
    add(&mut facts);
    facts
}

async fn explained(body: &Value, facts: SendFacts) -> Answer {
    explained_in(World::new(), body, facts).await
}

async fn explained_in(mut world: World, body: &Value, facts: SendFacts) -> Answer {
    let facts = std::sync::Mutex::new(Some(facts));
    world
        .facts
        .expect_facts_of()
        .times(1)
        .returning(move |_| Ok(facts.lock().unwrap().take().unwrap()));
    world.ask(post(PATH, body)).await
}

fn would_send() -> Value {
    json!({
        "wouldSend": true,
        "error": null,
        "replayOf": null,
        "toPhoneE164": NUMBER,
        "region": "SA",
        "languageCode": "en",
        "template": "otp_code",
        "phoneNumberId": "1",
        "senderStopped": false,
        "price": 1,
        "balance": 97,
        "cooldown": {"waitSeconds": 0},
        "optedOut": false,
    })
}

#[actix_web::test]
async fn an_acceptable_send_is_explained_with_all_its_facts() {
    for body in [
        json!({"toPhoneE164": NUMBER, "languageCode": "en-GB"}),
        json!({"toPhoneE164": NUMBER, "languageCode": "en", "otpCode": "482913", "idempotencyKey": key()}),
    ] {
        let answer = explained(&body, facts(|_| {})).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json(), would_send());
    }
}

#[actix_web::test]
async fn a_stopped_sender_is_reported_with_its_error_unless_an_earlier_rule_refuses() {
    let body = json!({"toPhoneE164": NUMBER, "languageCode": "en"});
    let explanation = explained_in(World::with_stopped_sender(), &body, facts(|_| {})).await;
    let explanation = explanation.json();
    assert_eq!(
        (&explanation["wouldSend"], &explanation["senderStopped"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(explanation["error"]["status"], 424);
    let message = "The sender was stopped by its operator.";
    assert_eq!(explanation["error"]["errorMessage"], message);

    let poor = explained_in(World::with_stopped_sender(), &body, SendFacts::default()).await;
    let poor = poor.json();
    assert_eq!(poor["error"]["errorMessage"], "InsufficientBalance");
    assert_eq!(poor["senderStopped"], true);
}

#[actix_web::test]
async fn refusals_and_replays_are_explained_with_all_their_facts() {
    let index = sealer().index(&PhoneNumber::parse(NUMBER).unwrap());
    let body = json!({"toPhoneE164": NUMBER, "languageCode": "en", "idempotencyKey": key()});

    let answer = explained(
        &body,
        facts(|facts| {
            facts.add_opt_out(ACCOUNT, index);
            facts.add_send(ACCOUNT, index, NOW - Duration::from_secs(9));
        }),
    );
    let explanation = answer.await.json();
    assert_eq!(explanation["wouldSend"], false);
    assert_eq!(explanation["error"]["status"], 400);
    assert_eq!(explanation["error"]["errorMessage"], "RecipientOptedOut");
    assert_eq!(
        (
            &explanation["optedOut"],
            &explanation["cooldown"]["waitSeconds"]
        ),
        (&json!(true), &json!(21))
    );

    let cooling = explained(
        &body,
        facts(|facts| {
            facts.add_send(ACCOUNT, index, NOW - Duration::from_secs(9));
        }),
    );
    let explanation = cooling.await.json();
    let sentence = explanation["error"]["errorMessage"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(sentence.contains("00:00:21"), "{sentence}");

    let explanation = explained(&body, SendFacts::default()).await.json();
    assert_eq!(explanation["error"]["errorMessage"], "InsufficientBalance");
    assert_eq!(explanation["balance"], 0);

    let earlier = MessageId(Uuid::from_u128(42));
    let replay = explained(
        &body,
        facts(|facts| {
            let key = (
                ApiKeyId(Uuid::from_u128(1)),
                IdempotencyKey(Uuid::from_u128(KEY)),
            );
            facts.add_message_with_key(key, earlier, Some(MessageStatus::Sent));
            facts.add_opt_out(ACCOUNT, index);
        }),
    );
    let explanation = replay.await.json();
    assert_eq!(
        (&explanation["wouldSend"], &explanation["error"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        explanation["replayOf"],
        json!({"id": earlier.0, "messageStatus": "Sent"})
    );
    assert_eq!(explanation["optedOut"], true);
}

#[actix_web::test]
async fn an_invalid_field_is_explained_with_the_error_of_a_send() {
    let valid = json!({"toPhoneE164": NUMBER, "languageCode": "en"});
    for (field, value, error) in [
        ("otpCode", json!(""), "OTPCodeIsRequired"),
        (
            "otpCode",
            json!("123456789"),
            "OTPCodeLengthMustBeLessThanOrEqualTo8",
        ),
        (
            "otpCode",
            json!("12 34"),
            "OTPCodeMustContainOnlyLettersOrDigits",
        ),
        ("idempotencyKey", json!("42"), "IdempotencyKeyMustBeUuid"),
    ] {
        let mut body = valid.clone();
        body[field] = value;
        let explanation = explained(&body, facts(|_| {})).await.json();
        let mut expected = would_send();
        expected["wouldSend"] = false.into();
        expected["error"] = explanation["error"].clone();
        assert_eq!(
            explanation, expected,
            "the facts of the number are explanation all the same"
        );
        assert_eq!(explanation["error"]["errorMessage"], error);
    }
    for (to, error) in [
        (Value::Null, "DestinationPhoneNumberIsRequired"),
        (json!(" "), "PhoneNumberCanNotBeEmpty"),
        (json!("+12"), "InvalidphoneNumber"),
    ] {
        let answer = World::new()
            .ask(post(PATH, &json!({"toPhoneE164": to})))
            .await;
        assert_eq!(answer.status, 200);
        let explanation = answer.json();
        assert_eq!(explanation["error"]["errorMessage"], error);
        assert_eq!(explanation["error"]["status"], 400);
        let others = explanation.as_object().unwrap().iter();
        let others = others.filter(|(name, _)| *name != "error" && *name != "wouldSend");
        for (name, value) in others {
            assert_eq!(value, &Value::Null, "{name}");
        }
    }
}

#[actix_web::test]
async fn key_and_body_are_checked_as_for_a_send() {
    let no_key = post(PATH, &json!({})).insert_header(("X-Api-Key", ""));
    assert_eq!(World::new().ask(no_key).await.error().1, "ApiKeyIsRequired");
    for body in [json!([]), json!({"otpCode": 7}), json!({"toPhoneE164": []})] {
        let answer = World::new().ask(post(PATH, &body)).await;
        assert_eq!(answer.error(), (400, "MalformedRequestBody".into()));
    }
}
