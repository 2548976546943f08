//! The messages that the test keys of an account sent, over HTTP.

use otp_core::ids::MessageId;
use otp_core::passcode::Passcode;
use otp_core::ports::{Accounts, Clock as _};
use otp_core::recipient::{EmailAddress, PhoneNumber, Recipient};
use otp_core::test_inbox::TestMessage;

use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/test-inbox";

/// Puts a message into the test inbox of the only account that has one.
async fn receive(people: &People, to: &Recipient, code: &str) {
    let fixture = &people.world.fixture;
    let accounts = Accounts::list(&*fixture.store).await.expect("accounts");
    let test = accounts
        .into_iter()
        .find(|account| account.test_of.is_some());
    let sealer = fixture.sealer_of(test.expect("a test account").id).await;
    let now = fixture.clock.now();
    let id = MessageId::generate(now, &*fixture.randomness);
    let code = Passcode::parse(Some(code)).expect("a code");
    let message = TestMessage::seal(id, (to, &code), now, &sealer, &*fixture.randomness);
    let received = fixture.store.receive(&message, 100).await;
    received.expect("received");
    fixture.clock.advance(std::time::Duration::from_secs(1));
}

#[actix_web::test]
async fn test_messages_are_shown_with_their_codes_to_their_account_only() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let empty = desk.open(PATH).await;
    assert!(empty.body.contains("No test message yet"), "{}", empty.body);
    let command = format!("{ORIGIN}/v1/verifications");
    assert!(empty.body.contains(&command), "{}", empty.body);
    let key = [("key-name", "ci"), ("mode", "test"), ("days", "0")];
    desk.send("/dashboard/keys", &key).await;
    assert!(desk.open(PATH).await.body.contains("No test message yet"));

    let phone = |text| Recipient::Phone(PhoneNumber::parse(text).expect("a number"));
    let email = EmailAddress::parse("amal@example.com").expect("an address");
    receive(&people, &phone("+12025550173"), "424242").await;
    receive(&people, &phone("+966551234567"), "7193").await;
    receive(&people, &Recipient::Email(email), "AB12CD34").await;
    let page = desk.open(PATH).await.body;
    let shown = [
        "a•••@example.com",
        "AB12CD34",
        "7193",
        "+12025550173",
        "424242",
    ];
    let places: Vec<_> = shown.iter().map(|text| page.find(text)).collect();
    assert!(places.iter().all(Option::is_some), "{page}");
    assert!(places.is_sorted(), "the newest is first: {page}");
    assert!(
        !page.contains("551234567") && !page.contains("amal@"),
        "{page}"
    );

    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = Desk::with(session_of(&other), &pages);
    assert!(other.open(PATH).await.body.contains("No test message yet"));
}
