//! The public pages: the first page, the guide, and the guide for programs.

use otp_core::credits::Credits;
use otp_core::pricing::PriceKey;
use otp_core::region::Region;

use super::people::*;
use super::*;

const CHAPTERS: [&str; 8] = [
    "start",
    "send",
    "check",
    "verifications",
    "webhooks",
    "errors",
    "test-numbers",
    "limits",
];

/// Asks for a page as a reader of this language does.
async fn read(pages: &impl Pages, path: &str, language: &str) -> Answer {
    let request = get(path).insert_header(("accept-language", language));
    ask(pages, request).await
}

#[actix_web::test]
async fn the_first_page_shows_what_can_be_ordered_and_what_a_message_costs() {
    let people = People::new().await;
    people.plan("Starter").await;
    let retired = people.plan("Old times").await;
    let fixture = &people.world.fixture;
    let entry = fixture.entry();
    let now = otp_core::ports::Clock::now(&*fixture.clock);
    let done = fixture.store.retire(retired.id, now, &entry).await;
    assert!(done.expect("retired"));
    let price = |key: PriceKey, credits| (key, Credits::new(credits).expect("credits"));
    let iraq = Region::parse("IQ").expect("a region");
    let prices = [price(iraq.into(), 7), price(PriceKey::Email, 3)];
    let set = fixture.store.set(&prices, &fixture.entry()).await;
    set.expect("set");

    let pages = pages(&people).await;
    let english = read(&pages, "/", "en").await;
    english.assert_page();
    assert_eq!(english.status, StatusCode::OK);
    for shown in [
        "Starter",
        "19.99 USD",
        "Iraq",
        "E-mail",
        "/sign-up",
        "/guide",
    ] {
        assert!(english.body.contains(shown), "{shown}: {}", english.body);
    }
    assert!(!english.body.contains("Old times"));
    // The call is one to this gateway.
    assert!(english.body.contains("https://otp.example.com/SendMessage"));
    let arabic = read(&pages, "/", "ar").await;
    assert!(arabic.body.contains("العراق"), "{}", arabic.body);
}

#[actix_web::test]
async fn nobody_is_led_to_a_closed_sign_up() {
    let mut people = People::new().await;
    people.policy = otp_core::usecases::sign_up::SignUpPolicy::Invited;
    let pages = pages(&people).await;
    let home = ask(&pages, get("/")).await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(!home.body.contains("/sign-up"), "{}", home.body);
    assert!(home.body.contains("href=\"/sign-in\""));
}

#[actix_web::test]
async fn every_page_of_the_guide_is_there_in_both_languages() {
    let people = People::new().await;
    let pages = pages(&people).await;
    for language in ["en", "ar"] {
        for chapter in CHAPTERS {
            let page = read(&pages, &format!("/guide/{chapter}"), language).await;
            page.assert_page();
            assert_eq!(page.status, StatusCode::OK, "{chapter}");
            let tag = format!("<html lang=\"{language}\"");
            assert!(page.body.contains(&tag), "{chapter}");
            assert!(!page.body.contains("{{"), "{chapter}: {}", page.body);
        }
    }
    let first = read(&pages, "/guide", "en").await;
    assert_eq!(
        first.shown(),
        read(&pages, "/guide/start", "en").await.shown()
    );
    for path in [
        "/guide/nothing",
        "/guide/nothing.md",
        "/guide/",
        "/guide/start/x",
    ] {
        let nothing = ask(&pages, get(path)).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn the_guide_describes_each_error_test_number_and_limit() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let errors = read(&pages, "/guide/errors", "en").await.body;
    assert!(
        errors.contains("<tr id=\"InsufficientBalance\">"),
        "{errors}"
    );
    assert!(errors.contains("No credits."));
    let numbers = read(&pages, "/guide/test-numbers", "en").await.body;
    for number in otp_core::test_number::TestNumber::all() {
        assert!(numbers.contains(&number.to_string()), "{number}");
    }
    let limits = read(&pages, "/guide/limits", "en").await.body;
    for limit in ["30 seconds", "6 hours", "24 hours", "5 days"] {
        let limit = limit.replace(' ', "</bdi> ");
        assert!(limits.contains(&limit), "{limit}: {limits}");
    }
}

#[actix_web::test]
async fn programs_read_the_guide_as_markdown() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let list = ask(&pages, get("/llms.txt")).await;
    assert_eq!(
        list.header("content-type"),
        Some("text/markdown; charset=utf-8")
    );
    for chapter in CHAPTERS {
        let path = format!("/guide/{chapter}.md");
        assert!(list.body.contains(&format!("({ORIGIN}{path})")), "{path}");
        for (language, word) in [("en", "a"), ("ar", "ا")] {
            let page = read(&pages, &path, language).await;
            assert_eq!(
                page.header("content-type"),
                Some("text/markdown; charset=utf-8")
            );
            assert!(page.body.starts_with("# "), "{path}");
            assert!(!page.body.contains("{{"), "{path}: {}", page.body);
            assert!(page.body.contains(word), "{path}");
        }
    }
    let errors = read(&pages, "/guide/errors.md", "en").await.body;
    let row = "| InsufficientBalance | 400 | No credits. |";
    assert!(errors.contains(row), "{errors}");
    let send = read(&pages, "/guide/send.md", "en").await.body;
    for fence in ["```sh", "```js", "```python", "```php"] {
        assert!(send.contains(fence), "{fence}");
    }
    assert!(send.contains("https://otp.example.com/SendMessage"));
}

#[actix_web::test]
async fn one_address_reads_so_many_pages_a_minute() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let visit = |last| get("/guide/limits").peer_addr(([203, 0, 113, last], 4711).into());
    let mut answered = 0;
    loop {
        let answer = ask(&pages, visit(7)).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            answer.assert_page();
            break;
        }
        assert_eq!(answer.status, StatusCode::OK);
        answered += 1;
        assert!(answered <= 400, "there is no limit");
    }
    assert!(answered >= 300, "{answered}");
    assert_eq!(ask(&pages, visit(8)).await.status, StatusCode::OK);
}
