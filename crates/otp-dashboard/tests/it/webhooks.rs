//! The webhook endpoints of an account, over HTTP.

use std::time::Duration;

use otp_core::ids::{WebhookEndpointId, parse_uuid};
use otp_core::person::session::FRESH;
use otp_core::ports::Clock as _;
use otp_core::webhook::{WebhookEvent, WebhookEventKind};

use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/webhooks";
const URL: &str = "https://shop.example/hooks";

fn new(url: &str) -> [(&str, &str); 3] {
    [
        ("url", url),
        ("description", "shop \"><b>1"),
        ("message.failed", "on"),
    ]
}

/// Returns the secret that a page shows once.
fn secret_of(page: &Answer) -> Option<&str> {
    let begin = "<code id=\"secret\" lang=\"en\" dir=\"ltr\">";
    let secret = page.body.split(begin).nth(1)?;
    secret.split('<').next()
}

/// Returns the path of the first endpoint that a page of the list links to.
pub(super) fn endpoint_of(list: &Answer) -> String {
    let links = list.body.split("class=\"row-link\" href=\"");
    let link = links.skip(1).find_map(|link| link.split('"').next());
    link.expect("an endpoint").to_owned()
}

/// Makes an endpoint, and returns its path.
async fn made<S: Pages>(desk: &Desk<'_, S>) -> String {
    let made = desk.send(&format!("{PATH}/new"), &new(URL)).await;
    assert!(secret_of(&made).is_some(), "{}", made.body);
    endpoint_of(&desk.open(PATH).await)
}

#[actix_web::test]
async fn an_endpoint_is_made_and_its_secret_is_shown_once_and_rotated() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    assert!(desk.open(PATH).await.body.contains("No endpoint yet"));
    let form = desk.open(&format!("{PATH}/new")).await;
    assert_eq!(form.body.matches("type=\"checkbox\"").count(), 17);
    let made = desk.send(&format!("{PATH}/new"), &new(URL)).await;
    let first = secret_of(&made).expect("a secret").to_owned();
    assert!(first.starts_with("whsec_"), "{first}");
    assert!(!made.body.contains("<b>"), "{}", made.body);

    let list = desk.open(PATH).await;
    let path = endpoint_of(&list);
    let page = desk.open(&path).await;
    for page in [&list, &page] {
        assert!(page.body.contains(URL) && page.body.contains("message.failed"));
        assert!(!page.body.contains(&first), "{}", page.body);
    }
    let rotated = desk.send(&format!("{path}/rotate"), &[]).await;
    let second = secret_of(&rotated).expect("a secret");
    assert_ne!(second, first);
    // Endpoints of test keys are a list of their own.
    let test = desk.open(&format!("{PATH}?mode=test")).await;
    assert!(
        test.body.contains("No endpoint for test keys"),
        "{}",
        test.body
    );
    let made = desk.send(&format!("{PATH}/new?mode=test"), &new(URL)).await;
    assert!(secret_of(&made).is_some(), "{}", made.body);
    let test = desk.open(&format!("{PATH}?mode=test")).await;
    assert_ne!(endpoint_of(&test), path);
    assert_eq!(test.body.matches("row-link").count(), 1);
}

#[actix_web::test]
async fn an_endpoint_is_edited_disabled_enabled_and_removed() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = made(&desk).await;
    let edit = format!("{path}/edit");
    let form = desk.open(&edit).await;
    assert!(
        form.body.contains(&format!("value=\"{URL}\"")),
        "{}",
        form.body
    );
    assert!(
        form.body
            .contains("name=\"message.failed\" value=\"on\" checked")
    );
    let changed = desk.send(&edit, &[("url", "https://new.example")]).await;
    assert_eq!(changed.header("location"), Some(&*path));
    let page = desk.open(&path).await;
    assert!(page.body.contains("https://new.example/"), "{}", page.body);
    assert!(page.body.contains("All events") && !page.body.contains("shop "));

    let disabled = desk.send(&format!("{path}/disable"), &[]).await;
    assert_eq!(disabled.header("location"), Some(&*path));
    let page = desk.open(&path).await;
    assert!(
        page.body.contains("This endpoint is turned off"),
        "{}",
        page.body
    );
    // What a disabled endpoint cannot do leads to its page, which says so.
    for action in ["test", "recover"] {
        let refused = desk
            .send(&format!("{path}/{action}"), &[("hours", "24")])
            .await;
        assert_eq!(refused.header("location"), Some(&*path), "{action}");
    }
    desk.send(&format!("{path}/enable"), &[]).await;
    assert!(!desk.open(&path).await.body.contains("is turned off"));

    let remove = format!("{path}/remove");
    let asked = desk.open(&remove).await;
    assert!(
        asked.body.contains("Remove this endpoint?"),
        "{}",
        asked.body
    );
    assert_eq!(
        desk.open(&path).await.status,
        StatusCode::OK,
        "nothing was changed"
    );
    let removed = desk.send(&remove, &[]).await;
    assert_eq!(removed.header("location"), Some(PATH));
    assert_eq!(desk.open(&path).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_url_that_must_not_be_called_comes_back_with_what_was_typed() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let long = "x".repeat(201);
    for (url, fault) in [
        ("", "Enter a URL such as"),
        ("http://shop.example", "begins with https"),
        ("https://10.0.0.1/a\"><b>", "on the public internet"),
        ("https://localhost", "on the public internet"),
        ("https://a:b@shop.example", "without user name"),
    ] {
        let answer = desk.send(&format!("{PATH}/new"), &new(url)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        for expected in [
            "<title>Error: ",
            fault,
            "value=\"on\" checked",
            "shop &#34;",
        ] {
            assert!(
                answer.body.contains(expected),
                "{expected}: {}",
                answer.body
            );
        }
        assert!(!answer.body.contains("<b>"), "{}", answer.body);
    }
    let both = [("url", "nothing"), ("description", &*long)];
    let answer = desk.send(&format!("{PATH}/new"), &both).await;
    assert_eq!(answer.body.matches("class=\"problem\"").count(), 2);
    assert!(desk.open(PATH).await.body.contains("No endpoint yet"));
}

#[actix_web::test]
async fn a_test_event_has_a_page_and_is_made_again_with_what_else_was_not_delivered() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = made(&desk).await;
    let sent = desk.send(&format!("{path}/test"), &[]).await;
    let delivery = sent.header("location").expect("a page").to_owned();
    assert!(
        delivery.starts_with(&format!("{path}/deliveries/")),
        "{delivery}"
    );
    let page = desk.open(&delivery).await;
    for expected in ["webhook_endpoint.test", "No attempt yet", "Waiting"] {
        assert!(page.body.contains(expected), "{expected}: {}", page.body);
    }
    let again = desk.send(&format!("{delivery}/replay"), &[]).await;
    assert_eq!(again.header("location"), Some(&*delivery));
    let list = desk.open(&format!("{path}?state=undelivered")).await;
    assert_eq!(endpoint_of(&list), delivery);

    people.world.fixture.clock.advance(Duration::from_secs(1));
    let form = desk.open(&format!("{path}/recover")).await;
    assert!(
        form.body.contains("<option value=\"24\" selected>"),
        "{}",
        form.body
    );
    let recovered = desk
        .send(&format!("{path}/recover"), &[("hours", "1")])
        .await;
    let next = recovered.header("location").expect("a page").to_owned();
    assert_eq!(next, format!("{path}?recovered=1"));
    let page = desk.open(&next).await;
    assert!(
        page.body.contains("One delivery is made again"),
        "{}",
        page.body
    );
    let unknown = format!("{path}/deliveries/00000000-0000-7000-8000-000000000000");
    for path in [
        &unknown,
        &format!("{path}?cursor=x"),
        &format!("{path}/deliveries/x"),
    ] {
        assert_eq!(
            desk.open(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert_eq!(
        desk.send(&format!("{unknown}/replay"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[actix_web::test]
async fn deliveries_have_pages_and_are_made_again_a_thousand_at_a_time() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = made(&desk).await;
    let id = path.rsplit('/').next().expect("an id");
    let id = WebhookEndpointId(parse_uuid(id).expect("an id"));
    let fixture = &people.world.fixture;
    for number in 0..1_001 {
        let now = fixture.clock.now();
        let event = WebhookEvent::new(
            fixture.account,
            WebhookEventKind::MessageSent,
            parse_uuid(&format!("00000000-0000-7000-8000-{number:012}")).expect("an id"),
            now,
        );
        let added = fixture.store.add_webhook_delivery(id, &event, now);
        added.await.expect("added");
    }
    fixture.clock.advance(Duration::from_secs(1));
    let first = desk.open(&path).await;
    assert_eq!(first.body.matches("row-link").count(), 20);
    let older = first
        .body
        .split("href=\"")
        .find(|link| link.contains("?cursor="));
    let older = older
        .and_then(|link| link.split('"').next())
        .expect("a page");
    let second = desk.open(older).await;
    assert_eq!(second.body.matches("row-link").count(), 20);
    assert_ne!(endpoint_of(&second), endpoint_of(&first));
    assert!(second.body.contains(">Newest</a>"), "{}", second.body);

    let recover = format!("{path}/recover");
    let part = desk.send(&recover, &[("hours", "1")]).await;
    assert_eq!(part.status, StatusCode::OK);
    assert!(
        part.body.contains("1,000</bdi> deliveries"),
        "{}",
        part.body
    );
    let hidden = |name: &str| {
        let begin = format!("name=\"{name}\" value=\"");
        let value = part.body.split(&begin[..]).nth(1);
        value
            .and_then(|rest| rest.split('"').next())
            .expect("a value")
    };
    let rest = ["hours", "cursor", "count"].map(|name| (name, hidden(name)));
    let rest = desk.send(&recover, &rest).await;
    let expected = format!("{path}?recovered=1001");
    assert_eq!(rest.header("location"), Some(&*expected));
}

#[actix_web::test]
async fn a_secret_needs_a_fresh_proof_first() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = made(&desk).await;
    people.world.fixture.clock.advance(FRESH);
    let (form, remove) = (format!("{PATH}/new?mode=test"), format!("{path}/remove"));
    let encoded = |next: &str| {
        next.replace('/', "%2F")
            .replace('?', "%3F")
            .replace('=', "%3D")
    };
    for (asked, next) in [(&form, &form), (&remove, &remove)] {
        let answer = desk.open(asked).await;
        let expected = format!("/dashboard/prove?next={}", encoded(next));
        assert_eq!(answer.header("location"), Some(&*expected));
    }
    let elsewhere = [("url", "https://evil.example")];
    for (action, fields) in [("rotate", &[][..]), ("remove", &[]), ("edit", &elsewhere)] {
        let answer = desk.send(&format!("{path}/{action}"), fields).await;
        let location = answer.header("location").unwrap_or_default().to_owned();
        assert!(
            location.starts_with("/dashboard/prove?next="),
            "{action}: {location}"
        );
    }
    assert!(desk.open(&path).await.body.contains(URL));
}

#[actix_web::test]
async fn an_endpoint_of_another_account_answers_as_one_that_never_was() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let own = made(&desk).await;
    let sent = desk.send(&format!("{own}/test"), &[]).await;
    let delivery = sent.header("location").expect("a page").replace(&own, "");
    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = Desk::with(session_of(&other), &pages);
    let unknown = format!("{PATH}/00000000-0000-7000-8000-000000000000");
    let asked = async |path: &str| {
        let request = get(path).insert_header(("x-request-id", "1"));
        let request = request.insert_header(("cookie", other.cookie()));
        ask(&pages, request).await.shown()
    };
    for page in ["", "/edit", "/recover", "/remove", &delivery] {
        let expected = asked(&format!("{unknown}{page}")).await;
        assert_eq!(expected.0, StatusCode::NOT_FOUND, "{page}");
        assert_eq!(asked(&format!("{own}{page}")).await, expected, "{page}");
    }
    let replay = format!("{delivery}/replay");
    for action in [
        "/edit", "/enable", "/disable", "/rotate", "/test", "/recover", "/remove", &replay,
    ] {
        let path = format!("{own}{action}");
        let refused = other.send(&path, &new(URL)).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{action}");
        // A form of no session is refused before anything is looked up.
        let foreign = form(&path, &[]).insert_header(("cookie", desk.cookie()));
        assert_eq!(
            ask(&pages, foreign).await.status,
            StatusCode::FORBIDDEN,
            "{action}"
        );
    }
    assert!(desk.open(&own).await.body.contains("Enabled"));
}
