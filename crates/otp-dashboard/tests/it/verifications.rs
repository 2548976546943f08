//! The verifications of an account, over HTTP.

use otp_core::usecases::check_verification::CheckVerificationRequest;
use otp_core::verification::Guess;
use otp_testkit::contract::fixture::recipient;

use super::messages::{enabled, links_to};
use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/verifications";

#[actix_web::test]
async fn verifications_are_listed_with_their_checks_and_lead_to_their_messages() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let empty = desk.open(PATH).await;
    assert!(empty.body.contains("No verification yet"), "{}", empty.body);

    let caller = enabled(&people).await;
    let first = people.verify(caller, 1).await.to_string();
    let second = people.verify(caller, 2).await;
    let guess = CheckVerificationRequest {
        caller,
        id: second,
        guess: Guess::parse("111111").expect("a guess"),
        transaction: None,
        idempotency_key: None,
    };
    let wrong = people.prove().check.execute(guess).await;
    assert!(wrong.is_err(), "{wrong:?}");
    let second = second.to_string();

    let all = desk.open(PATH).await;
    let listed = links_to(&all, PATH);
    assert_eq!(listed.len(), 2);
    assert!(
        listed.contains(&first) && listed.contains(&second),
        "{listed:?}"
    );
    assert!(!all.body.contains(recipient(1).e164()), "{}", all.body);
    let digits = recipient(1).e164().replace('+', "%2B");
    for (query, expected) in [
        (format!("?q={digits}"), vec![first.clone()]),
        (format!("?q={second}&status=Approved"), vec![second.clone()]),
        ("?status=Approved".to_owned(), vec![]),
        ("?mode=test".to_owned(), vec![]),
    ] {
        let page = desk.open(&format!("{PATH}{query}")).await;
        assert_eq!(links_to(&page, PATH), expected, "{query}");
    }
    let refused = desk.open(&format!("{PATH}?q=x")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let page = desk.open(&format!("{PATH}/{second}")).await;
    for expected in [
        "The code was wrong",
        "1042 &lt;b&gt;",
        &recipient(2).masked(),
    ] {
        assert!(page.body.contains(expected), "{expected}: {}", page.body);
    }
    let messages = links_to(&page, "/dashboard/messages");
    assert_eq!(messages.len(), 1, "{}", page.body);
    let message = desk
        .open(&format!("/dashboard/messages/{}", messages[0]))
        .await;
    assert_eq!(message.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_verification_of_another_account_answers_as_one_that_never_was() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let own = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    let id = people.verify(caller, 1).await.to_string();
    let shown = own.open(&format!("{PATH}/{id}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = session_of(&other);
    let ask_for = async |id: &str| {
        let request = get(&format!("{PATH}/{id}")).insert_header(("x-request-id", "1"));
        let answer = ask(&pages, request.insert_header(("cookie", &*other))).await;
        answer.shown()
    };
    let expected = ask_for("00000000-0000-7000-8000-000000000000").await;
    assert_eq!(expected.0, StatusCode::NOT_FOUND);
    for id in [&*id, "not-an-id"] {
        assert_eq!(ask_for(id).await, expected, "{id}");
    }
    let other = Desk::with(other.clone(), &pages);
    let sought = other.open(&format!("{PATH}?q={id}")).await;
    assert_eq!(links_to(&sought, PATH), [""; 0]);
}
