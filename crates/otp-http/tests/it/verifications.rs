//! `/v1/verifications`. Ports without an expectation fail the test if they are called.

use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::ids::ApiKeyId;
use otp_core::ids::{MessageId, VerificationId};
use otp_core::message::{MessageStatus, ProviderMessageId};
use otp_core::ports::OutgoingMessage;
use otp_core::ports::{Accepted, VerificationKey};
use otp_core::recipient::EmailAddress;
use otp_core::sealing::Purpose;
use otp_core::send::{Admission, Refusal};
use otp_core::verification::check::Uncancelable;
use otp_core::verification::{
    Alphabet, CheckRecord, CheckResult, CodeLength, VerificationMessage, VerificationOver,
    VerificationRecord, VerificationState, VerificationStatus,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ACCOUNT, Answer, Fixed, NOW, World, get, post, sealer};

const PATH: &str = "/v1/verifications";
pub(super) const NUMBER: &str = "+966551234567";
pub(super) const ID: VerificationId = VerificationId(Uuid::from_u128(0x1d));

pub(super) fn path(action: &str) -> String {
    format!("{PATH}/{}{action}", ID.0)
}

pub(super) fn state(status: VerificationStatus) -> VerificationState {
    VerificationState {
        id: ID,
        account_id: ACCOUNT,
        recipient_index: None,
        status,
        code_hash: None,
        alphabet: Alphabet::Numeric,
        failed_guesses: 1,
        transaction: None,
        channel: Channel::WhatsApp,
        approved_by: None,
        created_at: NOW,
        expires_at: NOW + Duration::from_secs(300),
    }
}

pub(super) fn record(status: VerificationStatus) -> VerificationRecord {
    let seal = |purpose, text: &str| sealer().seal(purpose, ID.0, text, &Fixed(8));
    VerificationRecord {
        state: state(status),
        api_key_id: ApiKeyId(Uuid::nil()),
        recipient: Some(seal(Purpose::VerificationRecipient, NUMBER)),
        code: Some(seal(Purpose::VerificationCode, "048291")),
        code_length: CodeLength::DEFAULT,
        language: None,
        context: None,
        metadata: Some(seal(Purpose::VerificationMetadata, "order\0A-17\0")),
        messages: vec![VerificationMessage {
            id: MessageId(Uuid::from_u128(0x3e)),
            channel: Channel::WhatsApp,
            status: MessageStatus::Delivered,
            created_at: NOW,
        }],
        checks: vec![CheckRecord {
            at: NOW,
            result: CheckResult::CodeIncorrect,
        }],
        failures: vec![NOW],
        sends: vec![NOW],
    }
}

fn shown(status: &str, left: u64, wait: u64) -> Value {
    json!({
        "id": ID.0,
        "status": status,
        "to": NUMBER,
        "channel": "whatsapp",
        "channelsTried": ["whatsapp"],
        "codeLength": 6,
        "createdAt": NOW.to_rfc3339(),
        "expiresAt": (NOW + Duration::from_secs(300)).to_rfc3339(),
        "resendAfterSeconds": wait,
        "attemptsLeft": left,
        "messages": [{
            "id": Uuid::from_u128(0x3e),
            "channel": "whatsapp",
            "messageStatus": "Delivered",
            "createdAt": NOW.to_rfc3339(),
        }],
        "checks": [{"at": NOW.to_rfc3339(), "result": "CodeIncorrect"}],
        "metadata": {"order": "A-17"},
    })
}

/// A world whose only verification is this one.
pub(super) fn with(record: VerificationRecord) -> World {
    let mut world = World::new();
    world
        .verifications
        .expect_find_verification()
        .returning(move |account, key, _| {
            let found = account == ACCOUNT && key == VerificationKey::Id(ID);
            Ok(found.then(|| record.clone()))
        });
    world
}

/// A world in which admission answers this, and the provider accepts.
fn admitting(mut world: World, admission: Admission) -> World {
    world
        .ledger
        .expect_admit()
        .returning(move |_| Ok(vec![admission]));
    world.ledger.expect_settle().returning(|_| Ok(()));
    world.sender.expect_send().returning(|_| {
        Ok(Accepted {
            provider_message_id: ProviderMessageId("wamid.1".to_owned()),
        })
    });
    world
}

fn admitted() -> Admission {
    Admission::AdmittedCode {
        attempts_left: 5,
        resend_at: NOW + Duration::from_secs(30),
    }
}

pub(super) async fn create(body: &Value) -> Answer {
    World::new().ask(post(PATH, body)).await
}

#[actix_web::test]
async fn a_new_verification_is_answered_with_its_place_and_without_its_code() {
    let mut world = admitting(World::new(), admitted());
    world.sender.checkpoint();
    let (sent, codes) = std::sync::mpsc::channel();
    world
        .sender
        .expect_send()
        .times(1)
        .returning(move |message| {
            if let OutgoingMessage::WhatsApp(message) = message {
                let code = message.passcode.expose().to_owned();
                sent.send(code).unwrap();
            }
            Ok(Accepted {
                provider_message_id: ProviderMessageId("wamid.1".to_owned()),
            })
        });
    let body = json!({"to": NUMBER, "metadata": {"order": "A-17"}, "lifetimeSeconds": 60});
    let answer = world.ask(post(PATH, &body)).await;
    assert_eq!(answer.status, 201);
    let code = codes.recv().unwrap();
    assert_eq!(code.len(), 6);
    assert!(
        !String::from_utf8(answer.body.clone())
            .unwrap()
            .contains(&code)
    );
    let found = answer.json();
    let id = found["id"].as_str().unwrap();
    let expected = json!({
        "id": id,
        "status": "Pending",
        "to": NUMBER,
        "channel": "whatsapp",
        "channelsTried": ["whatsapp"],
        "codeLength": 6,
        "createdAt": NOW.to_rfc3339(),
        "expiresAt": (NOW + Duration::from_secs(60)).to_rfc3339(),
        "resendAfterSeconds": 30,
        "attemptsLeft": 5,
        "messages": [{
            "id": found["messages"][0]["id"],
            "channel": "whatsapp",
            "messageStatus": "Sent",
            "createdAt": NOW.to_rfc3339(),
        }],
        "checks": [],
        "metadata": {"order": "A-17"},
    });
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn a_mail_is_queued_so_the_answer_is_pending_and_nobody_is_called() {
    let mut world = World::new();
    world.mail_from = Some(EmailAddress::parse("otp@gateway.example").unwrap());
    world.ledger.expect_admit().times(1).returning(|attempts| {
        assert!(attempts[0].route.as_ref().unwrap().is_queued());
        Ok(vec![admitted()])
    });
    let body = json!({"to": "Amal@example.com", "channel": "email"});
    let answer = world.ask(post(PATH, &body)).await;
    assert_eq!(answer.status, 201);
    let found = answer.json();
    assert_eq!(
        (&found["to"], &found["channel"], &found["channelsTried"]),
        (
            &json!("Amal@example.com"),
            &json!("email"),
            &json!(["email"])
        )
    );
    assert_eq!(found["messages"][0]["messageStatus"], "Pending");
    assert_eq!(found["messages"][0]["channel"], "email");
}

#[actix_web::test]
async fn without_a_mail_server_no_address_is_verified() {
    let refused = Admission::Refused(Refusal::EmailSenderNotFound);
    let world = admitting(World::new(), refused);
    let answer = world
        .ask(post(PATH, &json!({"to": "amal@example.com"})))
        .await;
    assert_eq!(answer.error(), (404, "EmailSenderNotFound".to_owned()));
}

#[actix_web::test]
async fn a_channel_has_to_reach_the_recipient() {
    for (to, channel) in [(NUMBER, "email"), ("amal@example.com", "whatsapp")] {
        let answer = create(&json!({"to": to, "channel": channel})).await;
        assert_eq!(answer.error(), (400, "InvalidRequest".to_owned()), "{to}");
        assert_eq!(answer.json()["field"], "channel", "{to}");
    }
    let mut world = with(record(VerificationStatus::Pending));
    let steps = world.fallbacks.expect_find_fallback_steps();
    steps.returning(|_, _| Ok(Vec::new()));
    let body = json!({"channel": "email"});
    let answer = world.ask(post(&path("/resend"), &body)).await;
    assert_eq!(answer.error(), (400, "InvalidRequest".to_owned()));
    assert_eq!(answer.json()["field"], "channel");
}

#[actix_web::test]
async fn each_bad_field_is_named() {
    let many: serde_json::Map<_, _> = (0..11).map(|n| (format!("k{n}"), json!("v"))).collect();
    for (field, value) in [
        ("channel", json!("sms")),
        ("channel", json!(1)),
        ("languageCode", json!(1)),
        ("code", json!("123")),
        ("code", json!(123_456)),
        ("codeLength", json!(5)),
        ("codeLength", json!(9)),
        ("codeLength", json!(6.5)),
        ("codeLength", json!("6")),
        ("alphabet", json!("hex")),
        ("lifetimeSeconds", json!(29)),
        ("lifetimeSeconds", json!(601)),
        ("lifetimeSeconds", json!(-1)),
        ("transaction", json!("49.90")),
        ("metadata", json!([])),
        ("metadata", json!({"a": 1})),
        ("metadata", json!({"": "x"})),
        ("metadata", json!(many)),
        ("metadata", json!({"a": "x".repeat(1024)})),
        ("context", json!("203.0.113.7")),
        ("to", json!(5)),
        ("fallback", json!({"to": "amal@example.com"})),
        ("fallback", json!([{}, {}, {}])),
    ] {
        let mut body = json!({"to": NUMBER});
        body[field] = value.clone();
        let answer = create(&body).await;
        assert_eq!(
            answer.error(),
            (400, "InvalidRequest".to_owned()),
            "{field} {value}"
        );
        assert_eq!(answer.json()["field"], field, "{value}");
    }
}

#[actix_web::test]
async fn each_part_of_a_transaction_is_named() {
    for (part, value) in [
        ("amount", json!("1,5")),
        ("amount", json!(1.5)),
        ("amount", Value::Null),
        ("currency", json!("dinar")),
        ("payee", json!("")),
    ] {
        let mut body = json!({
            "to": NUMBER,
            "transaction": {"amount": "49.90", "currency": "IQD", "payee": "Zain"},
        });
        body["transaction"][part] = value.clone();
        let answer = create(&body).await;
        assert_eq!(answer.error().1, "InvalidRequest", "{part} {value}");
        assert_eq!(answer.json()["field"], format!("transaction.{part}"));
    }
}

#[actix_web::test]
async fn a_code_of_the_callers_own_has_no_length_and_alphabet_besides() {
    for field in ["codeLength", "alphabet"] {
        let mut body = json!({"to": NUMBER, "code": "AB12"});
        body[field] = json!(6);
        let answer = create(&body).await;
        assert_eq!(answer.json()["field"], field);
    }
    let body = json!({"to": NUMBER, "code": "AB12"});
    let answer = admitting(World::new(), admitted())
        .ask(post(PATH, &body))
        .await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["codeLength"], 4);
}

#[actix_web::test]
async fn a_recipient_keeps_the_codes_of_a_send() {
    for (to, code) in [
        (Value::Null, "DestinationPhoneNumberIsRequired"),
        (json!(" "), "PhoneNumberCanNotBeEmpty"),
        (json!("0551234567"), "InvalidphoneNumber"),
        (json!("amal"), "InvalidphoneNumber"),
        (json!("amal@example"), "InvalidEmailAddress"),
        (json!("Amal <amal@example.com>"), "InvalidEmailAddress"),
    ] {
        let answer = create(&json!({"to": to})).await;
        assert_eq!(answer.error(), (400, code.to_owned()));
    }
}

#[actix_web::test]
async fn refusals_of_admission_are_answered_like_those_of_a_send() {
    for (refusal, expected) in [
        (Refusal::RecipientOptedOut, (400, "RecipientOptedOut")),
        (Refusal::InsufficientBalance, (400, "InsufficientBalance")),
        (
            Refusal::TooManyAttempts {
                retry_at: NOW + Duration::from_secs(90),
            },
            (429, "TooManyAttempts"),
        ),
    ] {
        let world = admitting(World::new(), Admission::Refused(refusal));
        let answer = world.ask(post(PATH, &json!({"to": NUMBER}))).await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()));
        if expected.0 == 429 {
            assert_eq!(answer.header("retry-after"), "90");
        }
    }
}

#[actix_web::test]
async fn a_verification_is_shown_as_it_is_at_the_moment() {
    for (status, expected) in [
        (VerificationStatus::Pending, shown("Pending", 4, 30)),
        (VerificationStatus::Approved, shown("Approved", 0, 0)),
        (VerificationStatus::Exhausted, shown("Exhausted", 0, 0)),
    ] {
        let answer = with(record(status)).ask(get(&path(""))).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected));
    }
    for other in [format!("{PATH}/{}", Uuid::nil()), format!("{PATH}/x")] {
        let world = with(record(VerificationStatus::Pending));
        let answer = world.ask(get(&other)).await;
        assert_eq!(answer.error(), (404, "VerificationNotFound".to_owned()));
    }
}

#[actix_web::test]
async fn a_resend_sends_the_same_code_and_answers_with_the_verification() {
    let mut world = with(record(VerificationStatus::Pending));
    world = admitting(world, admitted());
    world.sender.checkpoint();
    world.sender.expect_send().times(1).returning(|message| {
        if let OutgoingMessage::WhatsApp(message) = message {
            assert_eq!(message.passcode.expose(), "048291");
        }
        Ok(Accepted {
            provider_message_id: ProviderMessageId("wamid.1".to_owned()),
        })
    });
    let answer = world.ask(post(&path("/resend"), &json!({}))).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json(), shown("Pending", 4, 30));
}

#[actix_web::test]
async fn a_verification_that_is_over_is_neither_sent_again_nor_canceled() {
    for (status, expected) in [
        (
            VerificationStatus::Approved,
            (409, "VerificationAlreadyApproved"),
        ),
        (VerificationStatus::Expired, (410, "VerificationExpired")),
        (VerificationStatus::Canceled, (410, "VerificationCanceled")),
        (VerificationStatus::Exhausted, (429, "TooManyAttempts")),
    ] {
        let expected = (expected.0, expected.1.to_owned());
        let ended = VerificationRecord {
            code: None,
            ..record(status)
        };
        let world = with(ended.clone());
        let answer = world.ask(post(&path("/resend"), &json!({}))).await;
        assert_eq!(answer.error(), expected);

        let mut world = with(ended);
        let reason = status.ended().expect("ended");
        world
            .verification_ledger
            .expect_cancel_verification()
            .returning(move |_, _, _| Ok(Err(Uncancelable::Ended(reason))));
        let answer = world.ask(post(&path("/cancel"), &json!({}))).await;
        assert_eq!(answer.error(), expected);
    }
    let world = admitting(
        with(record(VerificationStatus::Pending)),
        Admission::Refused(Refusal::VerificationOver(VerificationOver::Expired)),
    );
    let answer = world.ask(post(&path("/resend"), &json!({}))).await;
    assert_eq!(answer.error(), (410, "VerificationExpired".to_owned()));
}

#[actix_web::test]
async fn a_pending_verification_is_canceled() {
    let mut world = with(record(VerificationStatus::Canceled));
    world
        .verification_ledger
        .expect_cancel_verification()
        .withf(|account, id, at| (*account, *id, *at) == (ACCOUNT, ID, NOW))
        .times(1)
        .returning(|_, _, _| Ok(Ok(())));
    let answer = world.ask(post(&path("/cancel"), &json!({}))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, shown("Canceled", 0, 0))
    );
}

#[actix_web::test]
async fn verifications_are_listed_by_what_the_query_asks() {
    let mut world = World::new();
    world
        .verifications
        .expect_list_verifications()
        .times(1)
        .returning(|query| {
            assert_eq!(query.status, Some(VerificationStatus::Pending));
            assert!(query.recipient.is_some());
            assert_eq!((query.limit, query.examine), (3, 1_000));
            Ok(otp_core::verification::FoundVerifications {
                records: vec![record(VerificationStatus::Pending)],
                examined_to: None,
            })
        });
    let query = format!("{PATH}?status=Pending&recipient=966551234567&limit=2");
    let answer = world.ask(get(&query)).await;
    let expected = json!({"data": [shown("Pending", 4, 30)], "nextCursor": null});
    assert_eq!((answer.status.as_u16(), answer.json()), (200, expected));

    for (query, field) in [("status=Sent", "status"), ("colour=red", "colour")] {
        let answer = World::new().ask(get(&format!("{PATH}?{query}"))).await;
        assert_eq!(answer.error(), (400, "InvalidQueryParameter".to_owned()));
        let described = answer.json()["description"].to_string();
        assert!(described.contains(field), "{described}");
    }
}
