//! The messages of an account, over HTTP.

use std::time::Duration;

use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{Failure, MessageStatus};
use otp_core::ports::Accounts;
use otp_core::send::Outcome;
use otp_core::usecases::authenticate::Caller;
use otp_testkit::contract::fixture::recipient;

use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/messages";

/// Returns the account that was opened last: that of the person who signed up last.
pub(super) async fn newest_account(people: &People) -> AccountId {
    let accounts = Accounts::list(&*people.world.fixture.store).await;
    let accounts = accounts.expect("accounts");
    let live = accounts
        .iter()
        .rev()
        .find(|account| account.test_of.is_none());
    live.expect("an account").id
}

/// Lets a newly signed up person's account send, and returns its caller.
pub(super) async fn enabled(people: &People) -> Caller {
    people.enable(newest_account(people).await).await
}

fn advance(people: &People, seconds: u64) {
    people
        .world
        .fixture
        .clock
        .advance(Duration::from_secs(seconds));
}

/// Returns the ids that a page links to below a path, in order.
pub(super) fn links_to(page: &Answer, path: &str) -> Vec<String> {
    let begin = format!("href=\"{path}/");
    let links = page.body.split(&begin[..]).skip(1);
    let ids = links.filter_map(|link| link.split('"').next());
    let ids = ids.filter(|id| *id != "explain");
    ids.map(str::to_owned).collect()
}

/// Returns the ids of the messages that a page links to, in order.
fn listed(page: &Answer) -> Vec<String> {
    links_to(page, PATH)
}

/// Returns the address of the page of older messages.
fn older(page: &Answer) -> Option<String> {
    let link = page.body.split("\" rel=\"next\"").next()?;
    let address = link.rsplit("href=\"").next()?;
    let is_link = page.body.contains("rel=\"next\"");
    is_link.then(|| address.replace("&amp;", "&").replace("&#38;", "&"))
}

fn text(id: MessageId) -> String {
    id.to_string()
}

#[actix_web::test]
async fn messages_are_listed_newest_first_and_found_by_what_is_chosen() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let empty = desk.open(PATH).await;
    assert!(empty.body.contains("No message yet"), "{}", empty.body);
    assert!(empty.body.contains("/SendMessage"), "{}", empty.body);

    let caller = enabled(&people).await;
    let first = people.send(caller, 1).await;
    advance(&people, 2);
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    people.report(caller.account_id, first, delivered).await;
    advance(&people, 2 * 24 * 60 * 60);
    let second = people.send(caller, 2).await;
    let failure = Failure {
        code: Some(131_026),
        title: "Message undeliverable".to_owned(),
        reason: "Not on WhatsApp.".to_owned(),
    };
    let failed = Outcome::ReportedFailed(failure);
    people.report(caller.account_id, second, failed).await;

    // The first session is over by now.
    let fields = [("email", ADDRESS), ("password", PASSWORD)];
    let session = session_of(&ask(&pages, form("/sign-in", &fields)).await);
    let desk = Desk::with(session, &pages);
    let all = desk.open(PATH).await;
    assert_eq!(all.status, StatusCode::OK);
    assert_eq!(listed(&all), [text(second), text(first)]);
    assert!(all.body.contains("131026"), "{}", all.body);
    assert!(
        all.body.contains("<bdi dir=\"ltr\">2.0</bdi> s"),
        "{}",
        all.body
    );
    let number = recipient(1);
    assert!(all.body.contains(&number.masked()), "{}", all.body);
    assert!(!all.body.contains(number.e164()), "{}", all.body);

    let digits = number.e164().trim_start_matches('+');
    for (query, expected) in [
        ("?status=Failed".to_owned(), vec![text(second)]),
        ("?status=Read".to_owned(), vec![]),
        ("?period=24h".to_owned(), vec![text(second)]),
        ("?period=7d".to_owned(), vec![text(second), text(first)]),
        (format!("?q=%2B{digits}"), vec![text(first)]),
        (format!("?q={digits}&status=Failed"), vec![]),
        (format!("?q={first}&status=Failed"), vec![text(first)]),
        ("?mode=test".to_owned(), vec![]),
        // No page of ours writes these.
        (
            "?status=sent&cursor=x&period=1y".to_owned(),
            vec![text(second), text(first)],
        ),
    ] {
        let page = desk.open(&format!("{PATH}{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(listed(&page), expected, "{query}");
        let is_cleared = page.body.contains("Clear filters");
        assert_eq!(
            is_cleared,
            expected.is_empty() && !query.contains("mode"),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn a_text_that_is_neither_id_nor_number_nor_address_comes_back_with_its_fault() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let page = desk
        .open(&format!("{PATH}?q=%22%3E%3Cb%3E&status=Failed"))
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in [
        "<title>Error: Messages",
        "value=\"&#34;&#62;&#60;b&#62;\"",
        "<option value=\"Failed\" selected>",
        "aria-invalid=\"true\"",
    ] {
        assert!(page.body.contains(expected), "{expected}: {}", page.body);
    }
}

#[actix_web::test]
async fn a_page_leads_to_older_messages_with_the_same_filters() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    people.world.fixture.grant_to(caller.account_id, 30).await;
    let mut sent = Vec::new();
    for number in 1..=21 {
        sent.push(text(people.send(caller, number).await));
        advance(&people, 1);
    }
    sent.reverse();
    let first = desk.open(&format!("{PATH}?status=Sent&period=24h")).await;
    assert_eq!(listed(&first), sent[..20]);
    let address = older(&first).expect("older ones");
    assert!(
        address.starts_with("/dashboard/messages?status=Sent&period=24h&cursor="),
        "{address}"
    );
    let second = desk.open(&address).await;
    assert_eq!(listed(&second), sent[20..]);
    assert_eq!(older(&second), None);
    assert!(second.body.contains("Newest"), "{}", second.body);
}

#[actix_web::test]
async fn the_command_lists_what_the_page_lists() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let page = desk
        .open(&format!(
            "{PATH}?mode=test&status=Failed&q=o'neil@example.com"
        ))
        .await;
    for expected in [
        "curl --get &#39;https://otp.example.com/v1/messages&#39;",
        "otp_test_…",
        "--data-urlencode &#39;status=Failed&#39;",
        "&#39;recipient=o&#39;\\&#39;&#39;neil@example.com&#39;",
    ] {
        assert!(page.body.contains(expected), "{expected}: {}", page.body);
    }
}

#[actix_web::test]
async fn a_message_has_its_timeline_and_says_what_to_do_about_its_failure() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    let id = people.send(caller, 1).await;
    let path = format!("{PATH}/{id}");
    let open = desk.open(&path).await;
    assert!(
        open.body.contains("The next report is awaited."),
        "{}",
        open.body
    );
    advance(&people, 3);
    let failure = Failure {
        code: Some(131_026),
        title: "Message undeliverable".to_owned(),
        reason: "<b>Not on WhatsApp.</b>".to_owned(),
    };
    people
        .report(caller.account_id, id, Outcome::ReportedFailed(failure))
        .await;
    let page = desk.open(&path).await;
    for expected in [
        "Admitted",
        "accepted it.",
        "reported it.",
        "+3.000",
        "Offer its owner a code by e-mail",
        "1</bdi> credit, returned",
        &recipient(1).masked(),
    ] {
        assert!(page.body.contains(expected), "{expected}: {}", page.body);
    }
    assert!(!page.body.contains("<b>Not"), "{}", page.body);
    assert!(!page.body.contains("is awaited"), "{}", page.body);
    assert!(!page.body.contains(recipient(1).e164()), "{}", page.body);
}

#[actix_web::test]
async fn a_message_of_a_test_account_is_found_by_its_id_alone() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let live = newest_account(&people).await;
    let test = people.world.fixture.test_account(live).await;
    let caller = Caller {
        account_id: test,
        api_key_id: people.world.fixture.another_key(test).await,
    };
    let id = people.send(caller, 1).await;
    assert_eq!(listed(&desk.open(PATH).await), [""; 0]);
    assert_eq!(
        listed(&desk.open(&format!("{PATH}?mode=test")).await),
        [text(id)]
    );
    let page = desk.open(&format!("{PATH}/{id}")).await;
    assert!(page.body.contains("badge is-test"), "{}", page.body);
}

#[actix_web::test]
async fn a_message_of_another_account_answers_as_one_that_never_was() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let own = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    let id = people.send(caller, 1).await;
    assert_eq!(
        own.open(&format!("{PATH}/{id}")).await.status,
        StatusCode::OK
    );

    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = Desk::with(session_of(&other), &pages);
    let unknown = "00000000-0000-7000-8000-000000000000";
    let ask_for = async |id: &str| {
        let path = format!("{PATH}/{id}");
        let request = get(&path).insert_header(("x-request-id", "1"));
        let answer = ask(&pages, request.insert_header(("cookie", other.cookie()))).await;
        answer.shown()
    };
    let expected = ask_for(unknown).await;
    assert_eq!(expected.0, StatusCode::NOT_FOUND);
    for id in [&text(id), "not-an-id", "x%3Cb%3E"] {
        assert_eq!(ask_for(id).await, expected, "{id}");
    }
    let sought = other.open(&format!("{PATH}?q={id}")).await;
    assert_eq!(listed(&sought), [""; 0]);
    let number = recipient(1).e164().replace('+', "%2B");
    let sought = other.open(&format!("{PATH}?q={number}")).await;
    assert_eq!(listed(&sought), [""; 0]);
}

#[actix_web::test]
async fn whoever_is_not_signed_in_comes_back_to_the_same_list() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let answer = ask(&pages, get(&format!("{PATH}?status=Failed"))).await;
    let expected = "/sign-in?next=%2Fdashboard%2Fmessages%3Fstatus%3DFailed";
    assert_eq!(answer.header("location"), Some(expected));
}

#[actix_web::test]
async fn the_file_has_the_messages_of_the_list_with_masked_recipients() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    let first = people.send(caller, 1).await;
    advance(&people, 1);
    let second = people.send(caller, 2).await;
    let failure = Failure {
        code: Some(131_026),
        title: "=HYPERLINK(\"https://evil.example\")".to_owned(),
        reason: "Not on WhatsApp.".to_owned(),
    };
    people
        .report(caller.account_id, second, Outcome::ReportedFailed(failure))
        .await;
    let file = desk.open("/dashboard/messages.csv?period=24h").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"messages.csv\"")
    );
    assert_eq!(file.header("cache-control"), Some("no-store"));
    let lines: Vec<_> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.body);
    assert!(
        lines[0].contains("id,createdAt,messageStatus,to"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with(&text(second)) && lines[2].starts_with(&text(first)),
        "{lines:?}"
    );
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"https"), "{}", lines[1]);
    let number = recipient(1);
    assert!(
        lines[2].contains(&format!(",'{},", number.masked())),
        "{}",
        lines[2]
    );
    assert!(!file.body.contains(number.e164()), "{}", file.body);
    let failed = desk.open("/dashboard/messages.csv?status=Failed").await;
    assert_eq!(failed.body.lines().count(), 2, "{}", failed.body);
    let unreadable = desk.open("/dashboard/messages.csv?q=x").await;
    assert_eq!(unreadable.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_page_that_asks_for_its_news_gets_nothing_twice_and_does_not_keep_its_person_signed_in() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let caller = enabled(&people).await;
    let id = people.send(caller, 1).await;
    let path = format!("{PATH}/{id}");
    let page = desk.open(&path).await;
    let tag = page.header("etag").expect("a tag").to_owned();
    let news = async |tag: &str| {
        let request = get(&path).insert_header(("cookie", desk.cookie()));
        let request = request.insert_header(("sec-fetch-dest", "empty"));
        ask(&pages, request.insert_header(("if-none-match", tag))).await
    };
    let same = news(&tag).await;
    assert_eq!((same.status, &*same.body), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(same.header("etag"), Some(&*tag));
    assert_eq!(same.header("cache-control"), Some("no-store"));
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    people.report(caller.account_id, id, delivered).await;
    let other = news(&tag).await;
    assert_eq!(other.status, StatusCode::OK);
    assert_ne!(other.header("etag"), Some(&*tag));
    assert!(
        other.body.contains("id=\"life\" data-live"),
        "{}",
        other.body
    );
    for _ in 0..6 {
        advance(&people, 5 * 60);
        news(&tag).await;
    }
    let over = desk.open(&path).await;
    assert_eq!(over.status, StatusCode::SEE_OTHER, "{}", over.body);
}
