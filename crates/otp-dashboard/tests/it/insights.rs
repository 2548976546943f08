//! The insights of an account, over HTTP.

use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::message::MessageStatus;
use otp_core::send::Outcome;
use otp_testkit::sender::failure;

use super::messages::enabled;
use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/insights";
const CSV: &str = "/dashboard/insights.csv";

/// Counts what is due.
async fn roll_up(people: &People, account: AccountId) {
    let roll_up = people.roll_up_insights();
    let (states, _) = roll_up.states(account).await.expect("read");
    let state = states.into_iter().next().expect("an account");
    while roll_up.advance(state).await.expect("counted") {}
}

#[actix_web::test]
async fn insights_show_where_codes_get_lost_before_and_after_they_are_rolled_up() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let empty = desk.open(PATH).await;
    assert!(
        empty.body.contains("No message in this period"),
        "{}",
        empty.body
    );

    let caller = enabled(&people).await;
    people.world.fixture.grant_to(caller.account_id, 100).await;
    for number in 0..24 {
        let id = people.send(caller, number).await;
        let outcome = match number {
            0 => Outcome::ReportedFailed(failure(131_026)),
            1..6 => continue,
            _ => Outcome::Reported(MessageStatus::Delivered),
        };
        people.report(caller.account_id, id, outcome).await;
    }
    let before = desk.open(PATH).await;
    people
        .world
        .fixture
        .clock
        .advance(Duration::from_secs(17 * 60));
    roll_up(&people, caller.account_id).await;
    let after = desk.open(PATH).await;
    for page in [&before, &after] {
        page.assert_page();
        for expected in [
            "Where codes get lost",
            "Most are lost",
            "class=\"line\"",
            "131026",
        ] {
            assert!(page.body.contains(expected), "{expected}: {}", page.body);
        }
    }
    let counted = desk.open(CSV).await;
    let line = counted.body.lines().last().unwrap_or_default();
    assert!(line.contains(",whatsapp,"), "{line}");
    assert!(line.contains(",24,"), "{line}");

    for (query, expected) in [
        ("?country=JO", "No message matches these filters"),
        ("?mode=test", "No message in this period"),
        ("?period=90d", "Where codes get lost"),
        (
            "?period=%22%3E&country=%3Cb%3E&template=%3Cb%3E",
            "Where codes get lost",
        ),
    ] {
        let page = desk.open(&format!("{PATH}{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(expected), "{query}: {}", page.body);
        assert!(!page.body.contains("<b>"), "{query}");
    }
}

#[actix_web::test]
async fn few_messages_are_numbers_and_no_drawing() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    people.send(caller, 1).await;
    let page = desk.open(PATH).await;
    assert!(page.body.contains("messages or more"), "{}", page.body);
    assert!(!page.body.contains("<figure"), "{}", page.body);
}

#[actix_web::test]
async fn nobody_sees_the_insights_of_another_account() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let own = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    people.send(caller, 1).await;
    let shown = own.open(CSV).await;
    assert_eq!(shown.body.lines().count(), 2, "{}", shown.body);
    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = Desk::with(session_of(&other), &pages);
    let page = other.open(PATH).await;
    assert!(
        page.body.contains("No message in this period"),
        "{}",
        page.body
    );
    let file = other.open(CSV).await;
    assert_eq!(file.body.lines().count(), 1, "{}", file.body);
    for path in [PATH, CSV] {
        let nobody = ask(&pages, get(path)).await;
        assert_eq!(nobody.status, StatusCode::SEE_OTHER, "{path}");
    }
}
