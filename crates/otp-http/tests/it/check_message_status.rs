//! `POST /CheckMessageStatus`.

use otp_core::credits::Credits;
use otp_core::ids::{ApiKeyId, MessageId, SubscriptionId};
use otp_core::message::{Failure, Message, MessageStatus};
use otp_core::ports::PortError;
use otp_core::sealing::Purpose;
use otp_core::time::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ACCOUNT, Fixed, World, post, sealer};

const PATH: &str = "/CheckMessageStatus";
const ID: &str = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";

fn message(status: MessageStatus) -> Message {
    let at = |text| Timestamp::parse(text).unwrap();
    let id = Uuid::parse_str(ID).unwrap();
    let recipient = sealer().seal(Purpose::Recipient, id, "+966551234567", &Fixed(8));
    Message {
        id: MessageId(id),
        account_id: ACCOUNT,
        api_key_id: ApiKeyId(Uuid::from_u128(1)),
        recipient: Some(recipient),
        status,
        first_answer: Some(MessageStatus::Sent),
        provider_message_id: None,
        price: Credits::ONE,
        subscription_id: Some(SubscriptionId(Uuid::from_u128(1))),
        failure: (status == MessageStatus::Failed).then(|| Failure {
            code: Some(131_026),
            title: "Message undeliverable".to_owned(),
            reason: "The recipient has no WhatsApp.".to_owned(),
        }),
        created_at: at("2026-05-14T09:13:42.812Z"),
        failed_at: (status == MessageStatus::Failed).then(|| at("2026-05-14T09:13:45Z")),
    }
}

async fn report(message: Message) -> Value {
    let mut world = World::new();
    let found = message.clone();
    world
        .messages
        .expect_find()
        .times(1)
        .withf(move |account, id| *account == ACCOUNT && *id == message.id)
        .returning(move |_, _| Ok(Some(found.clone())));
    let answer = world.ask(post(PATH, &json!({"id": ID}))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

#[actix_web::test]
async fn a_message_that_has_not_failed_has_every_field() {
    assert_eq!(
        report(message(MessageStatus::Delivered)).await,
        json!({
            "id": ID,
            "messageStatus": "Delivered",
            "toPhoneE164": "+966551234567",
            "createdAt": "2026-05-14T09:13:42.812Z",
            "failureCode": null,
            "failureTitle": null,
            "failureReason": null,
            "failedAt": null,
        })
    );
}

#[actix_web::test]
async fn a_failed_message_has_reason_and_time() {
    let body = report(message(MessageStatus::Failed)).await;
    assert_eq!(body["failureCode"], 131_026);
    assert_eq!(body["failureTitle"], "Message undeliverable");
    assert_eq!(body["failureReason"], "The recipient has no WhatsApp.");
    assert_eq!(body["failedAt"], "2026-05-14T09:13:45.000Z");
}

#[actix_web::test]
async fn every_status_is_spelt_as_documented() {
    for status in MessageStatus::ALL {
        assert_eq!(
            report(message(status)).await["messageStatus"],
            status.as_str()
        );
    }
}

#[actix_web::test]
async fn an_unknown_message_is_not_found() {
    let mut world = World::new();
    world
        .messages
        .expect_find()
        .times(1)
        .returning(|_, _| Ok(None));
    let answer = world.ask(post(PATH, &json!({"id": ID}))).await;
    assert_eq!(answer.error(), (404, "MessageNotFound".into()));
}

#[actix_web::test]
async fn an_id_is_required_and_must_be_a_uuid() {
    let check = async |body: Value, expected: &str| {
        let answer = World::new().ask(post(PATH, &body)).await;
        assert_eq!(answer.error(), (400, expected.into()), "{body}");
    };
    check(json!({}), "MessageIdIsRequired").await;
    check(json!({"id": null}), "MessageIdIsRequired").await;
    check(json!({"ID": ID}), "MessageIdIsRequired").await;
    for id in [
        json!(""),
        json!("x"),
        json!(ID.replace('-', "")),
        json!(7),
        json!([ID]),
        json!({"id": ID}),
    ] {
        check(json!({"id": id}), "MessageIdMustBeUuid").await;
    }
    check(json!([ID]), "MalformedRequestBody").await;
}

#[actix_web::test]
async fn the_key_is_checked_before_the_body() {
    let request = post(PATH, &Value::Null).insert_header(("X-Api-Key", " "));
    assert_eq!(
        World::new().ask(request).await.error(),
        (400, "ApiKeyIsRequired".into())
    );
}

#[actix_web::test]
async fn a_storage_that_cannot_be_reached_is_a_503() {
    let mut world = World::new();
    world
        .messages
        .expect_find()
        .returning(|_, _| Err(PortError::Unavailable("canary".into())));
    let answer = world.ask(post(PATH, &json!({"id": ID}))).await;
    assert_eq!(answer.error(), (503, "InternalServerError".into()));
}
