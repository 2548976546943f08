//! The keys of an account, over HTTP.

use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/keys";

fn new(name: &str) -> [(&str, &str); 3] {
    [("key-name", name), ("mode", "live"), ("days", "90")]
}

/// Returns the key that a page shows once.
fn secret_of(page: &Answer) -> Option<&str> {
    let begin = "<code id=\"key\" lang=\"en\" dir=\"ltr\">";
    let secret = page.body.split(begin).nth(1)?;
    secret.split('<').next()
}

/// Returns the path of the page that revokes the first key of the list.
fn revocation(page: &Answer) -> String {
    let links = page.body.split("href=\"");
    let mut paths = links.filter_map(|link| link.split('"').next());
    let found = paths.find(|path| path.ends_with("/revoke"));
    found.expect("a key to revoke").to_owned()
}

#[actix_web::test]
async fn a_key_is_shown_once_and_its_end_is_asked_for() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    assert!(desk.open(PATH).await.body.contains("No key yet"));
    let made = desk.send(PATH, &new("shop \"><b>1")).await;
    let secret = secret_of(&made).expect("a key").to_owned();
    assert!(
        secret.starts_with("otp_live_") && secret.len() == 58,
        "{secret}"
    );
    assert!(!made.body.contains("<b>"), "{}", made.body);
    let list = desk.open(PATH).await;
    assert!(!list.body.contains(&secret), "{}", list.body);
    assert!(
        list.body.contains(&format!("{}…", &secret[..13])),
        "{}",
        list.body
    );

    let revoke = revocation(&list);
    let asked = desk.open(&revoke).await;
    assert!(asked.body.contains("Revoke this key?"), "{}", asked.body);
    assert!(
        desk.open(PATH).await.body.contains("/revoke"),
        "nothing was changed"
    );
    let revoked = desk.send(&revoke, &[]).await;
    assert_eq!(revoked.header("location"), Some(PATH));
    let list = desk.open(PATH).await;
    assert!(
        list.body.contains("Revoked") && !list.body.contains("/revoke"),
        "{}",
        list.body
    );
}

#[actix_web::test]
async fn a_rotated_key_has_a_successor_of_its_name() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let test = [("key-name", "ci"), ("mode", "test"), ("days", "0")];
    let made = desk.send(PATH, &test).await;
    let first = secret_of(&made).expect("a key").to_owned();
    assert!(first.starts_with("otp_test_"), "{first}");
    let rotate = revocation(&made).replace("/revoke", "/rotate");
    let rotated = desk.send(&rotate, &[]).await;
    let second = secret_of(&rotated).expect("a key");
    assert!(
        second.starts_with("otp_test_") && second != first,
        "{second}"
    );
    assert_eq!(
        rotated
            .body
            .matches("<strong><bdi>ci</bdi></strong>")
            .count(),
        2
    );
    let unknown = "/dashboard/keys/00000000-0000-7000-8000-000000000000/rotate";
    assert_eq!(desk.send(unknown, &[]).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_key_without_a_name_comes_back_with_its_other_choices() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let nameless = [("key-name", " "), ("mode", "test"), ("days", "90")];
    let answer = desk.send(PATH, &nameless).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in [
        "<title>Error: API keys",
        "Enter a name for the key",
        "value=\"test\" checked",
        "<option value=\"90\" selected>",
    ] {
        assert!(
            answer.body.contains(expected),
            "{expected}: {}",
            answer.body
        );
    }
    assert_eq!(secret_of(&answer), None);
}

#[actix_web::test]
async fn a_key_of_another_account_answers_as_one_that_never_was() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let made = desk.send(PATH, &new("shop")).await;
    let own = revocation(&made);
    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = Desk::with(session_of(&other), &pages);
    let unknown = "/dashboard/keys/00000000-0000-7000-8000-000000000000/revoke";
    let with_id = |path: &str| get(path).insert_header(("x-request-id", "1"));
    for path in [&*own, unknown] {
        let asked = with_id(path).insert_header(("cookie", other.cookie()));
        let expected = with_id(unknown).insert_header(("cookie", other.cookie()));
        let (asked, expected) = (ask(&pages, asked).await, ask(&pages, expected).await);
        assert_eq!(asked.shown(), expected.shown());
        for form in [path.to_owned(), path.replace("/revoke", "/rotate")] {
            assert_eq!(other.send(&form, &[]).await.status, StatusCode::NOT_FOUND);
        }
    }
    assert!(
        desk.open(PATH).await.body.contains("/revoke"),
        "it is still there"
    );
}
