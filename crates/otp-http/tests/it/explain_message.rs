//! `POST /v1/messages/explain`. The ledger and the provider are mocks without an expectation: whoever
//! asks them fails.

use std::time::Duration;

use otp_core::credits::Credits;
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{ApiKeyId, MessageId, SubscriptionId};
use otp_core::message::MessageStatus;
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

/// Facts with credits, to which a test adds what it is about.
fn facts(add: impl FnOnce(&mut SendFacts)) -> SendFacts {
    let mut facts = SendFacts::default();
    let balance = SubscriptionBalance {
        id: SubscriptionId(Uuid::from_u128(1)),
        remaining: Credits::new(97).unwrap(),
        granted: Credits::new(100).unwrap(),
        created_at: NOW,
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
async fn what_would_be_sent_is_told_with_everything_it_is_judged_by() {
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
async fn a_stopped_sender_is_told_with_what_would_be_answered_unless_an_earlier_rule_refuses() {
    let body = json!({"toPhoneE164": NUMBER, "languageCode": "en"});
    let told = explained_in(World::with_stopped_sender(), &body, facts(|_| {})).await;
    let told = told.json();
    assert_eq!(
        (&told["wouldSend"], &told["senderStopped"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(told["error"]["status"], 424);
    let message = "The sender was stopped by its operator.";
    assert_eq!(told["error"]["errorMessage"], message);

    let poor = explained_in(World::with_stopped_sender(), &body, SendFacts::default()).await;
    let poor = poor.json();
    assert_eq!(poor["error"]["errorMessage"], "InsufficientBalance");
    assert_eq!(poor["senderStopped"], true);
}

#[actix_web::test]
async fn refusals_and_replays_are_told_with_all_the_facts() {
    let index = sealer().index(&PhoneNumber::parse(NUMBER).unwrap());
    let body = json!({"toPhoneE164": NUMBER, "languageCode": "en", "idempotencyKey": key()});

    let answer = explained(
        &body,
        facts(|facts| {
            facts.add_opt_out(ACCOUNT, index);
            facts.add_send(ACCOUNT, index, NOW - Duration::from_secs(9));
        }),
    );
    let told = answer.await.json();
    assert_eq!(told["wouldSend"], false);
    assert_eq!(told["error"]["status"], 400);
    assert_eq!(told["error"]["errorMessage"], "RecipientOptedOut");
    assert_eq!(
        (&told["optedOut"], &told["cooldown"]["waitSeconds"]),
        (&json!(true), &json!(21))
    );

    let cooling = explained(
        &body,
        facts(|facts| {
            facts.add_send(ACCOUNT, index, NOW - Duration::from_secs(9));
        }),
    );
    let told = cooling.await.json();
    let sentence = told["error"]["errorMessage"].as_str().unwrap().to_owned();
    assert!(sentence.contains("00:00:21"), "{sentence}");

    let told = explained(&body, SendFacts::default()).await.json();
    assert_eq!(told["error"]["errorMessage"], "InsufficientBalance");
    assert_eq!(told["balance"], 0);

    let earlier = MessageId(Uuid::from_u128(42));
    let replay = explained(
        &body,
        facts(|facts| {
            let key = (
                ApiKeyId(Uuid::from_u128(1)),
                IdempotencyKey(Uuid::from_u128(KEY)),
            );
            facts.add_message_with_key(
                key,
                earlier,
                Some(MessageStatus::Sent),
                MessageStatus::Read,
            );
            facts.add_opt_out(ACCOUNT, index);
        }),
    );
    let told = replay.await.json();
    assert_eq!(
        (&told["wouldSend"], &told["error"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        told["replayOf"],
        json!({"id": earlier.0, "messageStatus": "Sent"})
    );
    assert_eq!(told["optedOut"], true);
}

#[actix_web::test]
async fn a_field_that_will_not_do_is_told_as_it_would_be_answered() {
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
        let told = explained(&body, facts(|_| {})).await.json();
        let mut expected = would_send();
        expected["wouldSend"] = false.into();
        expected["error"] = told["error"].clone();
        assert_eq!(
            told, expected,
            "the facts of the number are told all the same"
        );
        assert_eq!(told["error"]["errorMessage"], error);
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
        let told = answer.json();
        assert_eq!(told["error"]["errorMessage"], error);
        assert_eq!(told["error"]["status"], 400);
        let others = told.as_object().unwrap().iter();
        let others = others.filter(|(name, _)| *name != "error" && *name != "wouldSend");
        for (name, value) in others {
            assert_eq!(value, &Value::Null, "{name}");
        }
    }
}

#[actix_web::test]
async fn key_and_body_are_judged_as_for_a_send() {
    let no_key = post(PATH, &json!({})).insert_header(("X-Api-Key", ""));
    assert_eq!(World::new().ask(no_key).await.error().1, "ApiKeyIsRequired");
    for body in [json!([]), json!({"otpCode": 7}), json!({"toPhoneE164": []})] {
        let answer = World::new().ask(post(PATH, &body)).await;
        assert_eq!(answer.error(), (400, "MalformedRequestBody".into()));
    }
}
