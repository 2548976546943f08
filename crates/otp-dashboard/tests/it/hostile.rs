//! Hostile names and notes: whatever people type, a page has the elements of one with harmless words.

use otp_core::person::staff::StaffRole;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::messages::newest_account;
use super::orders::ordered;
use super::people::*;
use super::settings::Desk;
use super::staff::{colleague, send_from};
use super::webhooks::endpoint_of;
use super::*;

/// Texts that end an attribute, an element or a comment, begin a script, or look like code.
const PARTS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script>",
    "</textarea>",
    "</title>",
    "</option></select>",
    "<img src=x onerror=alert(1)>",
    "<b id=main>",
    "<!--",
    "-->",
    "]]>",
    "\"",
    "'",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onload='alert(1)",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "&",
    ">",
    "<",
    "`",
    "{{ 7 * 7 }}",
    "{ $name }",
    "%0d%0aset-cookie:a=b",
    "javascript:alert(1)",
    "\\",
    "=1+1",
    "منى",
    "é",
    " ",
    "x",
];

/// Returns the elements of a page, each with the names of its attributes: everything but values and texts.
fn elements(html: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let mut rest = html;
    while let Some(begin) = rest.find('<') {
        rest = &rest[begin + 1..];
        let (element, after) = element(rest);
        elements.push(element);
        rest = after;
    }
    elements
}

/// Reads an element up to its end, which is the first `>` outside the quotes of a value.
fn element(html: &str) -> (String, &str) {
    let mut element = String::new();
    let mut quoted = false;
    for (place, c) in html.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return (element, &html[place + 1..]),
            _ if quoted => {}
            other => element.push(other),
        }
    }
    (element, "")
}

/// Lets a person do everything with these words, and returns every page that shows them.
async fn pages_with(words: &str) -> Vec<(String, Answer)> {
    let people = People::new().await;
    let pages = pages(&people).await;
    people.plan(words).await;
    let (path, code) = code_for(&people, &pages, "/sign-up", ADDRESS).await;
    let fields = details(&code).map(|(name, value)| match name {
        "name" | "company" => (name, words),
        _ => (name, value),
    });
    let signed_up = ask(&pages, form(&path, &fields)).await;
    let desk = Desk::with(session_of(&signed_up), &pages);
    let made = desk
        .send(
            "/dashboard/keys",
            &[("key-name", words), ("mode", "live"), ("days", "90")],
        )
        .await;
    let webhook = [
        ("url", "https://shop.example/hooks"),
        ("description", words),
        ("message.failed", "on"),
    ];
    let added = desk.send("/dashboard/webhooks/new", &webhook).await;
    let endpoint = endpoint_of(&desk.open("/dashboard/webhooks").await);
    let order = ordered(&desk, words).await;
    let mut shown = vec![("key".to_owned(), made), ("secret".to_owned(), added)];
    for path in [
        "/dashboard",
        "/dashboard/keys",
        "/dashboard/webhooks",
        &endpoint,
        &format!("{endpoint}/edit"),
        "/dashboard/purchase",
        "/dashboard/subscriptions",
        &order,
        "/dashboard/settings",
        "/dashboard/settings/notices",
        "/dashboard/insights",
        "/dashboard/team",
        "/dashboard/accounts",
    ] {
        for language in ["en", "ar"] {
            let cookies = format!("{}; __Host-locale={language}", desk.cookie());
            let answer = Desk::with(cookies, &pages).open(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            shown.push((format!("{path}, {language}"), answer));
        }
    }
    let staff = colleague(&people, &pages, StaffRole::Admin).await;
    let account = format!("/admin/accounts/{}", newest_account(&people).await);
    // No account has a name like this one.
    let sought = format!("9{words}");
    let sought = url::form_urlencoded::byte_serialize(sought.as_bytes());
    let found = format!("/admin/accounts?q={}", sought.collect::<String>());
    for path in [
        "/admin/accounts",
        &found,
        &account,
        &format!("{account}/standing?to=closed"),
        "/admin/plans",
        "/admin/prices",
    ] {
        let answer = staff.open(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        shown.push((path.to_owned(), answer));
    }
    let typed = [("plan-name", words), ("credits", words), ("price", words)];
    let refused = send_from(&staff, "/admin/plans", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    shown.push(("plan".to_owned(), refused));
    for path in ["/admin/prices", "/admin/prices/import"] {
        // No country has a code like this one.
        let country = format!("9{words}");
        let list = format!("country,credits\n{country},2\n");
        let typed = [
            ("country", &*country),
            ("credits", words),
            ("price-list", &list),
        ];
        let refused = send_from(&staff, path, &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        shown.push((path.to_owned(), refused));
    }
    // A form that comes back has what was typed.
    let refused = desk
        .send(
            "/dashboard/webhooks/new",
            &[("url", words), ("description", words)],
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    shown.push(("refused".to_owned(), refused));
    let sought = url::form_urlencoded::byte_serialize(words.as_bytes());
    let list = format!("/dashboard/messages?q={}", sought.collect::<String>());
    shown.push(("sought".to_owned(), desk.open(&list).await));
    shown
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

#[test]
fn no_words_that_people_type_change_the_elements_of_a_page() {
    let harmless = in_runtime(pages_with("harmless"));
    let harmless: Vec<_> = harmless
        .iter()
        .map(|(_, page)| elements(&page.body))
        .collect();
    assert!(harmless.iter().all(|elements| elements.len() > 20));
    let config = Config {
        cases: 16,
        failure_persistence: None,
        ..Config::default()
    };
    let words = prop::collection::vec(prop::sample::select(PARTS), 1..5);
    // Names are trimmed, and must not be empty.
    let words = words.prop_map(|parts| format!("a{}", parts.concat()));
    let result = TestRunner::new(config).run(&words, |words| {
        let hostile = in_runtime(pages_with(&words));
        for ((path, page), expected) in hostile.iter().zip(&harmless) {
            prop_assert_eq!(&elements(&page.body), expected, "{}: {}", path, page.body);
            for (name, value) in &page.headers {
                let value = String::from_utf8_lossy(value.as_bytes());
                prop_assert!(!value.contains("alert(1)"), "{}: {} {}", path, name, value);
            }
        }
        prop_assert_eq!(hostile.len(), harmless.len());
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn the_elements_of_a_page_are_told_from_its_texts_and_values() {
    let page = "<p class=\"a>b\" id=\"x\">1 &lt; 2<br></p>";
    assert_eq!(elements(page), ["p class= id=", "br", "/p"]);
    let broken = "<p class=\"\"><script>\" id=\"x\">";
    assert_ne!(elements(broken), elements("<p class=\"a\" id=\"x\">"));
}
