//! A person's own settings, over HTTP.

use std::time::Duration;

use otp_core::person::session::FRESH;
use otp_core::ports::Clock as _;

use super::people::*;
use super::*;

/// Returns the value of the first hidden field with this name.
pub(super) fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let begin = format!("name=\"{name}\" value=\"");
    let value = page.body.split(&begin[..]).nth(1);
    let value = value.and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no {name}: {}", page.body))
}

/// The pages of a person who is signed in.
pub(super) struct Desk<'a, S> {
    pages: &'a S,
    cookie: String,
}

impl<'a, S: Pages> Desk<'a, S> {
    /// Signs a person up.
    pub(super) async fn of(people: &People, pages: &'a S) -> Self {
        Self::with(signed_up(people, pages).await, pages)
    }

    /// The desk of a person with this cookie.
    pub(super) fn with(cookie: String, pages: &'a S) -> Self {
        Self { pages, cookie }
    }

    pub(super) fn cookie(&self) -> &str {
        &self.cookie
    }

    pub(super) async fn open(&self, path: &str) -> Answer {
        ask(
            self.pages,
            get(path).insert_header(("cookie", &*self.cookie)),
        )
        .await
    }

    /// Sends a form with the token of the session's forms.
    pub(super) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = hidden(&self.open("/dashboard").await, "form-token").to_owned();
        let fields = [fields, &[("form-token", &*token)]].concat();
        self.send_plain(path, &fields).await
    }

    /// Sends a form with these fields only.
    pub(super) async fn send_plain(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let sent = form(path, fields).insert_header(("cookie", &*self.cookie));
        ask(self.pages, sent).await
    }
}

/// Returns the secret that the page of the second factor shows.
pub(super) fn secret_of(page: &Answer) -> String {
    let secret = page.body.split("into it: <bdi>").nth(1);
    let secret = secret.and_then(|rest| rest.split('<').next());
    secret.expect("a secret").to_owned()
}

pub(super) fn code_of(people: &People, secret: &str) -> String {
    let secret = secret.replace(' ', "");
    let shared = totp_rs::Secret::try_from_base32(secret).expect("a secret");
    let app = totp_rs::Builder::new()
        .with_secret(shared)
        .build_noncompliant();
    let now = people.world.fixture.clock.now().unix_millis() / 1_000;
    app.generate(u64::try_from(now).expect("after 1970"))
        .to_string()
}

#[actix_web::test]
async fn sessions_are_listed_by_their_device_and_can_be_ended() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let fields = [("email", ADDRESS), ("password", PASSWORD)];
    let phone = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1";
    let mut others = Vec::new();
    for _ in 0..3 {
        let elsewhere = form("/sign-in", &fields).insert_header(("user-agent", phone));
        others.push(session_of(&ask(&pages, elsewhere).await));
    }
    let settings = desk.open("/dashboard/settings").await;
    assert_eq!(
        settings.body.matches("on <bdi>iPhone</bdi>").count(),
        6,
        "{}",
        settings.body
    );
    let one = settings
        .body
        .split("action=\"")
        .find(|action| action.contains("/end\""));
    let one = one
        .and_then(|action| action.split('"').next())
        .expect("a form");
    let ended = desk.send(one, &[]).await;
    assert_eq!(ended.header("location"), Some("/dashboard/settings"));
    assert_eq!(desk.send(one, &[]).await.status, StatusCode::NOT_FOUND);
    let alive = async |cookie: &str| {
        let home = ask(&pages, get("/dashboard").insert_header(("cookie", cookie))).await;
        home.status == StatusCode::OK
    };
    let mut left = 0;
    for cookie in &others {
        left += usize::from(alive(cookie).await);
    }
    assert_eq!(left, 2);
    let ended = desk.send("/dashboard/settings/sessions/end", &[]).await;
    assert_eq!(ended.header("location"), Some("/dashboard/settings"));
    for cookie in &others {
        assert!(!alive(cookie).await);
    }
    assert!(alive(&desk.cookie).await);
}

#[actix_web::test]
async fn a_second_factor_is_turned_on_and_asked_for_at_the_next_sign_in() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = "/dashboard/settings/second-factor";
    assert!(!desk.open(path).await.body.contains("<svg class=\"qr\""));
    let enrolled = desk.send(path, &[]).await;
    assert_eq!(enrolled.header("location"), Some(path));
    let page = desk.open(path).await;
    assert!(page.body.contains("<svg class=\"qr\""), "{}", page.body);
    let secret = &secret_of(&page);
    let confirm = format!("{path}/confirm");
    let wrong = desk.send(&confirm, &[("app-code", "000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = code_of(&people, secret);
    let codes = desk.send(&confirm, &[("app-code", &code)]).await;
    assert_eq!(codes.status, StatusCode::OK);
    let recovery = codes.body.split("<li><bdi dir=\"ltr\">").nth(1);
    let recovery = recovery
        .and_then(|rest| rest.split('<').next())
        .expect("a code");

    people.world.fixture.clock.advance(Duration::from_secs(90));
    let fields = [
        ("email", ADDRESS),
        ("password", PASSWORD),
        ("next", "/dashboard/settings"),
    ];
    let half = ask(&pages, form("/sign-in", &fields)).await;
    let next = half
        .header("location")
        .expect("the page of the code")
        .to_owned();
    assert_eq!(next, "/sign-in/code?next=%2Fdashboard%2Fsettings");
    let cookie = session_of(&half);
    let home = ask(
        &pages,
        get("/dashboard").insert_header(("cookie", &*cookie)),
    )
    .await;
    assert_eq!(home.status, StatusCode::SEE_OTHER, "half a sign-in is none");
    let page = ask(&pages, get(&next)).await;
    let code = code_of(&people, secret);
    for (typed, status) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        ("000", StatusCode::UNPROCESSABLE_ENTITY),
        (&*code, StatusCode::SEE_OTHER),
    ] {
        let fields = [("app-code", typed), ("next", hidden(&page, "next"))];
        let sent = form("/sign-in/code", &fields).insert_header(("cookie", &*cookie));
        let answer = ask(&pages, sent).await;
        assert_eq!(answer.status, status, "{typed}");
        if status == StatusCode::SEE_OTHER {
            assert_eq!(answer.header("location"), Some("/dashboard/settings"));
            assert_ne!(session_of(&answer), cookie);
        }
    }
    let half = ask(&pages, form("/sign-in", &fields)).await;
    let sent = form("/sign-in/code", &[("app-code", recovery)]);
    let whole = ask(&pages, sent.insert_header(("cookie", session_of(&half)))).await;
    let desk = Desk::with(session_of(&whole), &pages);
    let settings = desk.open("/dashboard/settings").await;
    assert!(
        settings
            .body
            .contains("<bdi dir=\"ltr\">9</bdi> recovery codes are left"),
        "{}",
        settings.body
    );
    let removed = desk.send(&format!("{path}/remove"), &[]).await;
    assert_eq!(removed.header("location"), Some("/dashboard/settings"));
    let whole = ask(&pages, form("/sign-in", &fields)).await;
    assert_eq!(whole.header("location"), Some("/dashboard/settings"));
}

#[actix_web::test]
async fn a_dangerous_form_asks_for_another_proof_after_ten_minutes() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let mut desk = Desk::of(&people, &pages).await;
    let key = [("key-name", "shop"), ("mode", "live"), ("days", "0")];
    assert_eq!(
        desk.send("/dashboard/keys", &key).await.status,
        StatusCode::OK
    );
    people.world.fixture.clock.advance(FRESH);
    let factor = "/dashboard/settings/second-factor";
    for (path, fields, next) in [
        (factor, &[][..], "settings%2Fsecond-factor"),
        ("/dashboard/settings/sessions/end", &[], "settings"),
        ("/dashboard/keys", &key, "keys"),
    ] {
        let refused = desk.send(path, fields).await;
        let prove = format!("/dashboard/prove?next=%2Fdashboard%2F{next}");
        assert_eq!(refused.header("location"), Some(&*prove), "{path}");
    }
    let prove = "/dashboard/prove?next=%2Fdashboard%2Fkeys";
    let page = desk.open(prove).await;
    let next = hidden(&page, "next").to_owned();
    assert_eq!(next, "/dashboard/keys");
    let wrong = [("password", "some other words"), ("next", &*next)];
    let wrong = desk.send("/dashboard/prove", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = [("password", PASSWORD), ("next", &*next)];
    let proven = desk.send("/dashboard/prove", &right).await;
    assert_eq!(proven.header("location"), Some(&*next), "{}", proven.body);
    let before = std::mem::replace(&mut desk.cookie, session_of(&proven));
    let out = ask(&pages, get("/dashboard").insert_header(("cookie", before))).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "the token is renewed");
    assert_eq!(
        desk.send("/dashboard/keys", &key).await.status,
        StatusCode::OK
    );
}

#[actix_web::test]
async fn a_password_is_changed_with_the_old_one() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = "/dashboard/settings/password";
    assert_eq!(desk.open(path).await.status, StatusCode::OK);
    let new = "quiet lemon harbour";
    for (old, new, expected) in [
        ("", new, "Enter your password"),
        (
            "some other words",
            new,
            "Enter your password. This one is wrong",
        ),
        (PASSWORD, "sara@noor.example", "harder to guess"),
    ] {
        let fields = [("password", old), ("new-password", new)];
        let refused = desk.send(path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{old}");
        assert!(refused.body.contains(expected), "{}", refused.body);
    }
    let fields = [("password", PASSWORD), ("new-password", new)];
    let changed = desk.send(path, &fields).await;
    assert_eq!(changed.header("location"), Some("/dashboard/settings"));
    let fields = [("email", ADDRESS), ("password", new)];
    let signed_in = ask(&pages, form("/sign-in", &fields));
    assert_eq!(signed_in.await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn guesses_at_the_old_password_wait_by_the_rule() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = "/dashboard/settings/password";
    let fields = [
        ("password", "some other words"),
        ("new-password", "quiet lemon harbour"),
    ];
    for attempt in 0..6 {
        let refused = desk.send(path, &fields).await;
        let expected = if attempt < 5 {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::TOO_MANY_REQUESTS
        };
        assert_eq!(refused.status, expected, "{attempt}");
    }
}

#[actix_web::test]
async fn a_person_changes_their_name_and_their_language() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = "/dashboard/settings";
    let nameless = [("name", " "), ("language", "ar")];
    let refused = desk.send(path, &nameless).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = "<option value=\"ar\" lang=\"ar\" selected>";
    assert!(refused.body.contains(chosen), "{}", refused.body);
    let new = [("name", "سارة <b>"), ("language", "ar")];
    let changed = desk.send(path, &new).await;
    assert_eq!(changed.header("location"), Some(path));
    let cookie = changed.header("set-cookie").unwrap_or_default();
    assert!(cookie.starts_with("__Host-locale=ar;"), "{cookie}");
    let page = desk.open(path).await;
    assert!(
        page.body.contains("<bdi>سارة &lt;b&gt;</bdi>"),
        "{}",
        page.body
    );
    assert!(page.body.contains(chosen) && !page.body.contains("<b>"));
    // What a page does not offer changes nothing.
    let foreign = [("name", "Sara"), ("language", "fr")];
    desk.send(path, &foreign).await;
    assert!(desk.open(path).await.body.contains(chosen));
}

#[actix_web::test]
async fn an_owner_chooses_which_notices_are_mailed() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let path = "/dashboard/settings/notices";
    let checked = |page: &Answer, topic: &str| {
        let field = format!("name=\"{topic}\" value=\"on\" checked");
        page.body.contains(&field)
    };
    let page = desk.open(path).await;
    assert!(page.body.contains(ADDRESS), "{}", page.body);
    for topic in ["credits", "keys", "senders", "webhooks"] {
        assert!(checked(&page, topic), "{topic}: {}", page.body);
    }
    // A browser does not send a box that is not checked.
    let wanted = [("keys", "on"), ("low-balance", "٢٥")];
    let chosen = desk.send(path, &wanted).await;
    let next = chosen.header("location").expect("a page");
    let page = desk.open(next).await;
    assert!(page.body.contains("role=\"status\""), "{}", page.body);
    assert!(checked(&page, "keys") && !checked(&page, "credits"));
    assert!(page.body.contains("value=\"25\""), "{}", page.body);

    let wrong = [("credits", "on"), ("low-balance", "100")];
    let refused = desk.send(path, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(checked(&refused, "credits") && !checked(&refused, "keys"));
    let page = desk.open(path).await;
    assert!(checked(&page, "keys") && !checked(&page, "credits"));
}

#[actix_web::test]
async fn a_form_of_a_person_without_the_token_changes_nothing() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let cookie = signed_up(&people, &pages).await;
    for path in [
        "/dashboard/keys",
        "/dashboard/keys/00000000-0000-7000-8000-000000000000/revoke",
        "/dashboard/keys/00000000-0000-7000-8000-000000000000/rotate",
        "/dashboard/prove",
        "/dashboard/settings",
        "/dashboard/settings/password",
        "/dashboard/settings/second-factor",
        "/dashboard/settings/second-factor/confirm",
        "/dashboard/settings/second-factor/remove",
        "/dashboard/settings/sessions/end",
        "/dashboard/settings/sessions/00000000-0000-7000-8000-000000000000/end",
        "/sign-out",
    ] {
        for fields in [&[][..], &[("form-token", "AAAA")]] {
            let sent = form(path, fields).insert_header(("cookie", &*cookie));
            let answer = ask(&pages, sent).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let nobody = ask(&pages, form(path, &[("form-token", "AAAA")])).await;
        let location = nobody.header("location").unwrap_or_default();
        assert!(location.starts_with("/sign-in"), "{path}: {location}");
    }
}

#[actix_web::test]
async fn forms_of_an_account_are_limited_per_address_and_pages_are_not() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let cookie = signed_up(&people, &pages).await;
    let with = |request: TestRequest| request.insert_header(("cookie", &*cookie));
    // Without the token of the session, each is refused for that; it counts all the same.
    let sent = async || ask(&pages, with(form("/dashboard/settings", &[]))).await;
    let mut answers = Vec::new();
    while answers.last() != Some(&StatusCode::TOO_MANY_REQUESTS) && answers.len() < 200 {
        answers.push(sent().await.status);
    }
    assert!((120..200).contains(&answers.len()), "{}", answers.len());
    assert_eq!(answers[0], StatusCode::FORBIDDEN);
    sent().await.assert_page();
    let home = ask(&pages, with(get("/dashboard"))).await;
    assert_eq!(home.status, StatusCode::OK);
}
