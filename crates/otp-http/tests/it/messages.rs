//! `GET /v1/messages` and `GET /v1/messages/{id}`.

use otp_core::channel::Channel;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::credits::Credits;
use otp_core::ids::MessageId;
use otp_core::language::LanguageTag;
use otp_core::message::{
    EventSource, Failure, FoundMessages, MessageEvent, MessageHistory, MessageQuery, MessageRecord,
    MessageStatus,
};
use otp_core::page::{Cursor, MAX_EXAMINED, PagePosition};
use otp_core::ports::PortError;
use otp_core::recipient::{EmailAddress, PhoneNumber};
use otp_core::region::Region;
use otp_core::sealing::Purpose;
use otp_core::time::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ACCOUNT, Answer, Fixed, World, expired_key, get, sealer, unknown_key};

const ID: &str = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn failure() -> Failure {
    Failure {
        code: Some(131_026),
        title: "Message undeliverable".to_owned(),
        reason: "The recipient has no WhatsApp.".to_owned(),
    }
}

fn record(id: u128, status: MessageStatus) -> MessageRecord {
    let failed = status == MessageStatus::Failed;
    let id = Uuid::from_u128(id);
    let recipient = sealer().seal(Purpose::Recipient, id, "+966551234567", &Fixed(8));
    MessageRecord {
        id: MessageId(id),
        status,
        recipient: Some(recipient),
        channel: Channel::WhatsApp,
        region: Some(Region::parse("SA").unwrap()),
        language: LanguageTag::parse("en_US").unwrap(),
        template: Some(TemplateName::parse("otp_code").unwrap()),
        phone_number_id: Some(ProviderId::parse("106540352242922").unwrap()),
        price: Credits::new(2).unwrap(),
        failure: failed.then(failure),
        created_at: at("2026-05-14T09:13:42.812Z"),
        failed_at: failed.then(|| at("2026-05-14T09:13:45.250Z")),
        delivered_at: None,
        outcome: None,
    }
}

fn shown() -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000007",
        "messageStatus": "Sent",
        "channel": "whatsapp",
        "to": "+966551234567",
        "toPhoneE164": "+966551234567",
        "region": "SA",
        "languageCode": "en_US",
        "template": "otp_code",
        "phoneNumberId": "106540352242922",
        "price": 2,
        "createdAt": "2026-05-14T09:13:42.812Z",
        "failureCode": null,
        "failureTitle": null,
        "failureReason": null,
        "failedAt": null,
        "outcome": null,
        "outcomeAt": null,
    })
}

fn event(status: MessageStatus, source: EventSource, provider_time: Option<&str>) -> MessageEvent {
    MessageEvent {
        status,
        source,
        changed_status: provider_time.is_some(),
        provider_time: provider_time.map(at),
        recorded_at: at("2026-05-14T09:13:45.250Z"),
        failure: (status == MessageStatus::Failed).then(failure),
    }
}

#[actix_web::test]
async fn a_message_is_shown_with_its_timeline_from_its_admission_on() {
    let mut world = World::new();
    let history = MessageHistory {
        record: record(7, MessageStatus::Failed),
        events: vec![
            event(MessageStatus::Pending, EventSource::ProviderCall, None),
            event(
                MessageStatus::Failed,
                EventSource::ProviderReceipt,
                Some("2026-05-14T09:13:46Z"),
            ),
        ],
    };
    world
        .messages
        .expect_find_history()
        .times(1)
        .withf(|account, id| *account == ACCOUNT && id.0.to_string() == ID)
        .returning(move |_, _| Ok(Some(history.clone())));
    let answer = world.ask(get(&format!("/v1/messages/{ID}"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut expected = shown();
    expected["messageStatus"] = "Failed".into();
    expected["failureCode"] = 131_026.into();
    expected["failureTitle"] = "Message undeliverable".into();
    expected["failureReason"] = "The recipient has no WhatsApp.".into();
    expected["failedAt"] = "2026-05-14T09:13:45.250Z".into();
    let none = Value::Null;
    expected["timeline"] = json!([
        {
            "status": "Pending", "source": "ApiRequest", "changedStatus": true,
            "providerTime": none, "recordedAt": "2026-05-14T09:13:42.812Z", "latencyMs": none,
            "failureCode": none, "failureTitle": none, "failureReason": none,
        },
        {
            "status": "Pending", "source": "ProviderCall", "changedStatus": false,
            "providerTime": none, "recordedAt": "2026-05-14T09:13:45.250Z", "latencyMs": none,
            "failureCode": none, "failureTitle": none, "failureReason": none,
        },
        {
            "status": "Failed", "source": "ProviderReceipt", "changedStatus": true,
            "providerTime": "2026-05-14T09:13:46.000Z", "recordedAt": "2026-05-14T09:13:45.250Z",
            "latencyMs": -750, "failureCode": 131_026, "failureTitle": "Message undeliverable",
            "failureReason": "The recipient has no WhatsApp.",
        },
    ]);
    assert_eq!(answer.json(), expected);
}

#[actix_web::test]
async fn a_mail_is_shown_with_its_address_and_without_what_only_whatsapp_has() {
    let mut world = World::new();
    let id = Uuid::from_u128(7);
    let address = "Amal@example.com";
    let record = MessageRecord {
        recipient: Some(sealer().seal(Purpose::Recipient, id, address, &Fixed(8))),
        channel: Channel::Email,
        region: None,
        template: None,
        phone_number_id: None,
        ..record(7, MessageStatus::Sent)
    };
    let history = MessageHistory {
        record,
        events: Vec::new(),
    };
    let found = history.clone();
    world
        .messages
        .expect_find_history()
        .returning(move |_, _| Ok(Some(found.clone())));
    let mut expected = shown();
    expected["channel"] = "email".into();
    expected["to"] = address.into();
    for absent in ["toPhoneE164", "region", "template", "phoneNumberId"] {
        expected[absent] = Value::Null;
    }
    let answer = world.ask(get(&format!("/v1/messages/{ID}"))).await.json();
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(answer[name], *value, "{name}");
    }
}

#[actix_web::test]
async fn an_unknown_message_is_not_found_and_an_id_is_a_uuid() {
    let mut world = World::new();
    world
        .messages
        .expect_find_history()
        .times(1)
        .returning(|_, _| Ok(None));
    let answer = world.ask(get(&format!("/v1/messages/{ID}"))).await;
    assert_eq!(answer.error(), (404, "MessageNotFound".into()));
    for id in ["42", "%20", &ID.replace('-', ""), "%D8%B1"] {
        let answer = World::new().ask(get(&format!("/v1/messages/{id}"))).await;
        assert_eq!(answer.error(), (400, "MessageIdMustBeUuid".into()), "{id}");
    }
}

#[actix_web::test]
async fn the_key_is_checked_before_everything_else() {
    for path in ["/v1/messages?colour=red", "/v1/messages/42"] {
        for (key, refused) in [
            (" ".to_owned(), (400, "ApiKeyIsRequired")),
            (unknown_key().expose().to_owned(), (404, "ApiKeyNotFound")),
            (expired_key().expose().to_owned(), (400, "ApiKeyExpired")),
        ] {
            let request = get(path).insert_header(("X-Api-Key", key));
            let (status, code) = World::new().ask(request).await.error();
            assert_eq!((status, &*code), refused, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_storage_that_cannot_be_reached_is_a_503() {
    for path in ["/v1/messages", &format!("/v1/messages/{ID}")] {
        let mut world = World::new();
        let away = || PortError::Unavailable("canary".into());
        world
            .messages
            .expect_find_history()
            .returning(move |_, _| Err(away()));
        world.messages.expect_list().returning(move |_| Err(away()));
        let answer = world.ask(get(path)).await;
        assert_eq!(answer.error(), (503, "InternalServerError".into()));
    }
}

/// Does the same as [`searched`], for a search that looked at everything.
async fn listed(query: &str, records: Vec<MessageRecord>) -> (Answer, MessageQuery) {
    let found = FoundMessages {
        records,
        examined_to: None,
    };
    searched(query, found).await
}

/// Returns the answer to a list, and the query that the store received.
async fn searched(query: &str, found: FoundMessages) -> (Answer, MessageQuery) {
    let mut world = World::new();
    let (sent, asked) = std::sync::mpsc::channel();
    world
        .messages
        .expect_list()
        .times(1)
        .returning(move |query| {
            sent.send(query.clone()).unwrap();
            Ok(found.clone())
        });
    let answer = world.ask(get(&format!("/v1/messages{query}"))).await;
    (answer, asked.recv().unwrap())
}

fn everything() -> MessageQuery {
    MessageQuery {
        account_id: ACCOUNT,
        recipient: None,
        statuses: MessageStatus::ALL.to_vec(),
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 21,
        examine: 21,
    }
}

#[actix_web::test]
async fn a_page_has_the_cursor_of_the_next_one() {
    let records = [7, 6, 5].map(|id| record(id, MessageStatus::Sent));
    let (answer, query) = listed("?limit=2", records.to_vec()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        query,
        MessageQuery {
            limit: 3,
            examine: 3,
            ..everything()
        }
    );
    let body = answer.json();
    assert_eq!(body["data"].as_array().unwrap().len(), 2);
    assert_eq!(body["data"][0], shown());
    let cursor = body["nextCursor"].as_str().unwrap();
    let last = PagePosition::of(&records[1]);
    assert_eq!(Cursor::parse(cursor), Ok(Cursor(last)));

    let (answer, query) = listed(&format!("?limit=2&cursor={cursor}"), records[2..].to_vec()).await;
    assert_eq!(query.before, last);
    assert_eq!(answer.json()["nextCursor"], Value::Null);
    let (answer, _) = listed("", Vec::new()).await;
    assert_eq!(answer.json(), json!({"data": [], "nextCursor": null}));
}

#[actix_web::test]
async fn an_empty_page_continues_if_its_search_ended_early() {
    let end = PagePosition::of(&record(5, MessageStatus::Sent));
    let found = FoundMessages {
        records: Vec::new(),
        examined_to: Some(end),
    };
    let (answer, _) = searched("?status=Read", found).await;
    let next = Cursor(end).to_string();
    assert_eq!(answer.json(), json!({"data": [], "nextCursor": next}));
    let (_, query) = listed(&format!("?status=Read&cursor={next}"), Vec::new()).await;
    assert_eq!(query.before, end);
}

#[actix_web::test]
async fn parameters_narrow_the_list() {
    let check = async |query: &str, expected: MessageQuery| {
        let (answer, asked) = listed(query, Vec::new()).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(asked, expected, "{query}");
    };
    check("", everything()).await;
    check("?", everything()).await;
    let status = MessageQuery {
        statuses: vec![MessageStatus::Failed],
        examine: MAX_EXAMINED,
        ..everything()
    };
    check("?status=Failed", status).await;
    let number = PhoneNumber::parse("+966551234567").unwrap();
    for text in [
        "%2B966551234567",
        "+966551234567",
        "966551234567",
        "%20966551234567",
    ] {
        let recipient = MessageQuery {
            recipient: Some(sealer().index(&number)),
            ..everything()
        };
        check(&format!("?recipient={text}"), recipient).await;
    }
    let address = EmailAddress::parse("first+tag@example.com").unwrap();
    for text in [
        "first%2Btag@example.com",
        "first+tag@example.com",
        "First%2Btag%40EXAMPLE.com",
    ] {
        let recipient = MessageQuery {
            recipient: Some(sealer().email_index(&address)),
            ..everything()
        };
        check(&format!("?recipient={text}"), recipient).await;
    }
    let (early, late) = (at("2026-05-14T06:00:00Z"), at("2026-05-14T09:00:00Z"));
    let between = MessageQuery {
        since: early,
        before: PagePosition::at(late),
        ..everything()
    };
    for end in ["until", "to"] {
        let query = format!("?from=2026-05-14T09:00:00+03:00&{end}=2026-05-14T09:00:00Z");
        check(&query, between.clone()).await;
    }
    // A cursor continues within the requested time.
    let place = PagePosition::at(at("2026-05-14T08:00:00Z"));
    for (cursor, before) in [(place, place), (PagePosition::END, PagePosition::at(late))] {
        let query = format!(
            "?from=2026-05-14T06:00:00Z&until=2026-05-14T09:00:00Z&cursor={}",
            Cursor(cursor)
        );
        let expected = MessageQuery {
            before,
            ..between.clone()
        };
        check(&query, expected).await;
    }
}

#[actix_web::test]
async fn an_invalid_parameter_is_named() {
    let long = "x".repeat(100);
    for (query, named) in [
        ("colour=red", "colour"),
        ("Status=Sent", "Status"),
        (&*format!("{long}=1"), &long[..64]),
        ("status=Sent&status=Read", "status"),
        ("status=sent", "status"),
        ("status=", "status"),
        ("recipient=12", "recipient"),
        ("recipient=", "recipient"),
        ("recipient=amal@example", "recipient"),
        ("recipient=+966+55+123+4567", "recipient"),
        ("from=yesterday", "from"),
        ("until=2026-05-14", "until"),
        ("to=2026-05-14", "to"),
        (
            "to=2026-05-14T09:00:00Z&until=2026-05-14T09:00:00Z",
            "until",
        ),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=AQ", "cursor"),
    ] {
        let answer = World::new()
            .ask(get(&format!("/v1/messages?{query}")))
            .await;
        assert_eq!(
            answer.error(),
            (400, "InvalidQueryParameter".into()),
            "{query}"
        );
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert!(description.contains(named), "{query}: {description}");
    }
}
