//! `GET /v1/test/messages`.

use otp_core::ids::MessageId;
use otp_core::passcode::Passcode;
use otp_core::ports::PortError;
use otp_core::recipient::Recipient;
use otp_core::sealing::AccountSealer;
use otp_core::test_inbox::{TestInboxQuery, TestMessage};
use serde_json::json;
use uuid::Uuid;

use super::support::{ACCOUNT, Fixed, NOW, World, get, sealer};

const PATH: &str = "/v1/test/messages";

fn recipient(text: &str) -> Recipient {
    Recipient::parse(text).unwrap()
}

fn message(number: u128, to: &str, sealer: &AccountSealer) -> TestMessage {
    let code = Passcode::parse(Some("424242")).unwrap();
    let id = MessageId(Uuid::from_u128(number));
    TestMessage::seal(id, (&recipient(to), &code), NOW, sealer, &Fixed(1))
}

/// The inbox of a test account with two messages, which is asked for them like this.
fn world(expected: impl Fn(&TestInboxQuery) -> bool + Send + 'static) -> World {
    let mut world = World::of_test_account();
    let list = world.inbox.expect_list_received();
    list.withf(expected).returning(|_| {
        let sealer = sealer();
        Ok(vec![
            message(2, "buyer@example.com", &sealer),
            message(1, "+12025550100", &sealer),
        ])
    });
    world
}

#[actix_web::test]
async fn the_messages_are_listed_with_their_codes() {
    let world = world(|query| {
        let is_all = query.recipient_index.is_none() && query.from.is_none();
        is_all && query.account_id == ACCOUNT && query.limit == 100
    });
    let answer = world.ask(get(PATH)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let at = NOW.to_rfc3339();
    let expected = json!({"data": [
        {"to": "buyer@example.com", "channel": "email", "code": "424242", "createdAt": at},
        {"to": "+12025550100", "channel": "whatsapp", "code": "424242", "createdAt": at},
    ]});
    assert_eq!(answer.json(), expected);
}

#[actix_web::test]
async fn the_recipient_and_the_earliest_time_are_passed_on() {
    let wanted = sealer().recipient_index(&recipient("+12025550100"));
    for to in ["12025550100", "%2B12025550100"] {
        let world =
            world(move |query| query.recipient_index == Some(wanted) && query.from == Some(NOW));
        let path = format!("{PATH}?to={to}&from={}", NOW.to_rfc3339());
        assert_eq!(world.ask(get(&path)).await.status, 200, "{to}");
    }
}

#[actix_web::test]
async fn a_live_key_is_refused() {
    let answer = World::new().ask(get(PATH)).await;
    assert_eq!(answer.error(), (403, "TestKeyRequired".to_owned()));
}

#[actix_web::test]
async fn a_wait_that_finds_no_room_is_refused() {
    let mut world = World::of_test_account();
    world.bell.expect_listen().times(1).returning(|_| None);
    let answer = world.ask(get(&format!("{PATH}?waitSeconds=30"))).await;
    assert_eq!(answer.error(), (429, "TooManyWaiting".to_owned()));
}

#[actix_web::test]
async fn a_parameter_that_cannot_be_read_is_refused() {
    for query in [
        "to=nobody",
        "waitSeconds=31",
        "waitSeconds=-1",
        "from=yesterday",
        "limit=5",
    ] {
        let answer = World::of_test_account()
            .ask(get(&format!("{PATH}?{query}")))
            .await;
        assert_eq!(
            answer.error(),
            (400, "InvalidQueryParameter".to_owned()),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn an_unreachable_inbox_is_unavailable() {
    let mut world = World::of_test_account();
    let list = world.inbox.expect_list_received();
    list.returning(|_| Err(PortError::Unavailable("down".into())));
    assert_eq!(world.ask(get(PATH)).await.status, 503);
}
