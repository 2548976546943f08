//! Signing up, signing in and setting a new password, over HTTP.

use std::time::Duration;

use actix_http::Request;
use actix_web::dev::Service;
use otp_core::ids::VerificationId;
use otp_core::usecases::sign_up::SignUpPolicy;

pub(super) use super::state::state;
use super::*;

pub(super) const ADDRESS: &str = "sara@noor.example";
pub(super) const PASSWORD: &str = "maroon-tulip-ferry";

/// Pages that answer requests, and keep their limits per address.
pub(super) trait Pages {
    /// Sends a request.
    async fn answer(&self, request: Request) -> Answer;
}

impl<S, B> Pages for S
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    async fn answer(&self, request: Request) -> Answer {
        answer_of(call_service(self, request).await).await
    }
}

/// Makes the pages of a gateway.
pub(super) async fn pages(people: &People) -> impl Pages {
    let dashboard = Dashboard::new(DashboardOptions {
        public_origin: Some(ORIGIN.to_owned()),
        ..DashboardOptions::default()
    });
    let app = App::new()
        .wrap(from_fn(envelope))
        .configure(dashboard.configure(state(people)));
    init_service(app).await
}

/// Sends a form of the pages' own.
pub(super) fn form(path: &str, fields: &[(&str, &str)]) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header(("origin", ORIGIN))
        .peer_addr(([203, 0, 113, 7], 4711).into())
        .set_form(fields)
}

pub(super) async fn ask(pages: &impl Pages, request: TestRequest) -> Answer {
    pages.answer(request.to_request()).await
}

/// Signs a person up, and returns the cookie of the session.
pub(super) async fn signed_up(people: &People, pages: &impl Pages) -> String {
    let (path, code) = code_for(people, pages, "/sign-up", ADDRESS).await;
    let answer = ask(pages, form(&path, &details(&code))).await;
    assert_eq!(
        answer.header("location"),
        Some("/dashboard"),
        "{}",
        answer.body
    );
    session_of(&answer)
}

/// Asks for a code, and returns the path of the second step and the code.
pub(super) async fn code_for(
    people: &People,
    pages: &impl Pages,
    path: &str,
    address: &str,
) -> (String, String) {
    let answer = ask(pages, form(path, &[("email", address)])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let location = answer.header("location").expect("a path").to_owned();
    let id = location.rsplit('/').next().expect("an id");
    let id = VerificationId(otp_core::ids::parse_uuid(id).expect("an id"));
    (location, people.code(id).await)
}

pub(super) fn details(code: &str) -> [(&str, &str); 5] {
    [
        ("code", code),
        ("name", "Sara"),
        ("company", "Noor"),
        ("phone", "+٩٦٤٧٧٠١٢٣٤٥٦٧"),
        ("new-password", PASSWORD),
    ]
}

/// Returns the cookie that an answer sets, without its attributes.
pub(super) fn session_of(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie");
    let (value, attributes) = cookie.split_once("; ").expect("attributes");
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    value.to_owned()
}

#[actix_web::test]
async fn a_person_signs_up_with_the_code_in_the_mail_and_is_signed_in() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let cookie = signed_up(&people, &pages).await;
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    let home = ask(&pages, get("/dashboard").insert_header(("cookie", cookie))).await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.body.contains("Noor"), "{}", home.body);
}

#[actix_web::test]
async fn every_fault_of_the_details_is_named_and_the_rest_is_kept() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let (path, code) = code_for(&people, &pages, "/sign-up", ADDRESS).await;
    let asked = ask(&pages, get(&path)).await;
    assert!(asked.body.contains("s•••@noor.example"), "{}", asked.body);
    let faulty = [
        ("code", &*code),
        ("name", "Sara \"><b>Noor"),
        ("company", ""),
        ("phone", "0770"),
        ("new-password", "short"),
    ];
    let answer = ask(&pages, form(&path, &faulty)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in [
        "<title>Error: Create your account",
        "Enter the name of your company",
        "Enter a number with its country code",
        &format!("value=\"{code}\""),
        "value=\"Sara &#34;&#62;&#60;b&#62;Noor\"",
    ] {
        assert!(
            answer.body.contains(expected),
            "{expected}: {}",
            answer.body
        );
    }
    assert!(!answer.body.contains("<b>"), "{}", answer.body);
    assert!(!answer.body.contains("short"), "{}", answer.body);
    let weak = [&details(&code)[..4], &[("new-password", "short")]].concat();
    let answer = ask(&pages, form(&path, &weak)).await;
    let least = "Enter a password of at least <bdi dir=\"ltr\">12</bdi> characters";
    assert!(answer.body.contains(least), "{}", answer.body);
    let answer = ask(&pages, form(&path, &details(&code))).await;
    assert_eq!(
        answer.header("location"),
        Some("/dashboard"),
        "{}",
        answer.body
    );
}

#[actix_web::test]
async fn the_first_step_answers_alike_whether_or_not_somebody_has_the_address() {
    let people = People::new().await;
    let pages = pages(&people).await;
    signed_up(&people, &pages).await;
    people
        .world
        .fixture
        .clock
        .advance(Duration::from_secs(3_600));
    for path in ["/sign-up", "/password"] {
        for address in [ADDRESS, "nobody@noor.example"] {
            let answer = ask(&pages, form(path, &[("email", address)])).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            let location = answer.header("location").expect("a path");
            let id = location
                .strip_prefix(path)
                .and_then(|id| id.strip_prefix('/'));
            assert!(id.is_some_and(|id| id.len() == 36), "{location}");
            assert_eq!(answer.header("set-cookie"), None);
        }
        people
            .world
            .fixture
            .clock
            .advance(Duration::from_secs(3_600));
    }
}

#[actix_web::test]
async fn whoever_proves_an_address_learns_whether_somebody_has_it() {
    let people = People::new().await;
    let pages = pages(&people).await;
    signed_up(&people, &pages).await;
    people
        .world
        .fixture
        .clock
        .advance(Duration::from_secs(3_600));
    let (path, code) = code_for(&people, &pages, "/sign-up", ADDRESS).await;
    let taken = ask(&pages, form(&path, &details(&code))).await;
    assert!(
        taken.body.contains("You already have an account"),
        "{}",
        taken.body
    );
    let (path, code) = code_for(&people, &pages, "/password", "nobody@noor.example").await;
    let fields = [("code", &*code), ("new-password", "quiet lemon harbour")];
    let nobody = ask(&pages, form(&path, &fields)).await;
    assert!(
        nobody.body.contains("No account has this address"),
        "{}",
        nobody.body
    );
}

#[actix_web::test]
async fn a_new_password_replaces_a_forgotten_one() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let before = signed_up(&people, &pages).await;
    people
        .world
        .fixture
        .clock
        .advance(Duration::from_secs(3_600));
    let (path, code) = code_for(&people, &pages, "/password", ADDRESS).await;
    let new = "quiet lemon harbour";
    let answer = ask(
        &pages,
        form(&path, &[("code", &*code), ("new-password", new)]),
    )
    .await;
    let after = session_of(&answer);
    for (cookie, status) in [(before, StatusCode::SEE_OTHER), (after, StatusCode::OK)] {
        let home = ask(&pages, get("/dashboard").insert_header(("cookie", cookie))).await;
        assert_eq!(home.status, status);
    }
    for (password, status) in [
        (PASSWORD, StatusCode::UNPROCESSABLE_ENTITY),
        (new, StatusCode::SEE_OTHER),
    ] {
        let fields = [("email", ADDRESS), ("password", password)];
        let answer = ask(&pages, form("/sign-in", &fields)).await;
        assert_eq!(answer.status, status, "{password}");
    }
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_page() {
    let people = People::new().await;
    let pages = pages(&people).await;
    signed_up(&people, &pages).await;
    let refused = async |address: &str| {
        let fields = [("email", address), ("password", "some other words")];
        let answer = ask(
            &pages,
            form("/sign-in", &fields).insert_header(("x-request-id", "1")),
        )
        .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.header("set-cookie"), None);
        answer.shown().1.replace(address, "")
    };
    assert_eq!(refused(ADDRESS).await, refused("nobody@noor.example").await);
}

#[actix_web::test]
async fn a_sign_in_leads_back_to_the_page_that_asked_for_it() {
    let people = People::new().await;
    let pages = pages(&people).await;
    signed_up(&people, &pages).await;
    let asked = ask(&pages, get("/dashboard?a=1")).await;
    let location = asked.header("location").expect("the page of sign-in");
    assert_eq!(location, "/sign-in?next=%2Fdashboard%3Fa%3D1");
    let page = ask(&pages, get(location)).await;
    assert!(
        page.body.contains("name=\"next\" value=\"/dashboard?a=1\""),
        "{}",
        page.body
    );
    for (next, expected) in [
        ("/dashboard?a=1", "/dashboard?a=1"),
        ("https://evil.example/dashboard", "/dashboard"),
        ("//evil.example", "/dashboard"),
    ] {
        let fields = [("email", ADDRESS), ("password", PASSWORD), ("next", next)];
        let answer = ask(&pages, form("/sign-in", &fields)).await;
        assert_eq!(answer.header("location"), Some(expected));
    }
}

/// A session that somebody else knows before the sign-in is not the person's after it (session fixation).
#[actix_web::test]
async fn each_sign_in_has_a_new_session_and_ends_the_one_before_it() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let first = signed_up(&people, &pages).await;
    let fields = [("email", ADDRESS), ("password", PASSWORD)];
    let again = form("/sign-in", &fields).insert_header(("cookie", first.clone()));
    let second = session_of(&ask(&pages, again).await);
    assert_ne!(first, second);
    for (cookie, status) in [(first, StatusCode::SEE_OTHER), (second, StatusCode::OK)] {
        let home = ask(&pages, get("/dashboard").insert_header(("cookie", cookie))).await;
        assert_eq!(home.status, status);
    }
    let planted = "__Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let sign_in = form("/sign-in", &fields).insert_header(("cookie", planted));
    let own = session_of(&ask(&pages, sign_in).await);
    assert_ne!(own, planted);
}

#[actix_web::test]
async fn only_a_form_of_the_session_signs_out() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let cookie = signed_up(&people, &pages).await;
    let home = async || {
        ask(
            &pages,
            get("/dashboard").insert_header(("cookie", &*cookie)),
        )
        .await
    };
    let body = home().await.body;
    let token = body
        .split("name=\"form-token\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a form with its token");
    let linked = ask(&pages, get("/sign-out").insert_header(("cookie", &*cookie))).await;
    assert_eq!(linked.status, StatusCode::METHOD_NOT_ALLOWED);
    for fields in [&[][..], &[("form-token", "x")]] {
        let forged = form("/sign-out", fields).insert_header(("cookie", &*cookie));
        assert_eq!(ask(&pages, forged).await.status, StatusCode::FORBIDDEN);
        assert_eq!(home().await.status, StatusCode::OK);
    }
    let own = form("/sign-out", &[("form-token", token)]).insert_header(("cookie", &*cookie));
    let answer = ask(&pages, own).await;
    assert_eq!(answer.header("location"), Some("/sign-in"));
    let removal = answer.header("set-cookie").expect("a cookie");
    assert!(
        removal.starts_with("__Host-session=; ") && removal.contains("Max-Age=0"),
        "{removal}"
    );
    assert_eq!(home().await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_link_signs_in_by_its_button_and_only_once() {
    let people = People::new().await;
    let pages = pages(&people).await;
    signed_up(&people, &pages).await;
    let index = otp_core::recipient::EmailAddress::parse(ADDRESS).expect("an address");
    let index = people.world.fixture.installation.person_index(&index);
    let person = people.world.fixture.store.find_person_by_email(index).await;
    let person = person.expect("look up").expect("a person").id;
    let token = people
        .sign_in_by_link()
        .create(person)
        .await
        .expect("a link");
    let path = format!("/sign-in/link/{}", &*token.expose());
    for _ in 0..2 {
        let page = ask(&pages, get(&path)).await;
        assert_eq!(
            (page.status, page.header("set-cookie")),
            (StatusCode::OK, None)
        );
    }
    let cookie = session_of(&ask(&pages, form(&path, &[])).await);
    let home = ask(&pages, get("/dashboard").insert_header(("cookie", cookie))).await;
    assert_eq!(home.status, StatusCode::OK);
    for path in [&*path, "/sign-in/link/x"] {
        let over = ask(&pages, form(path, &[])).await;
        assert_eq!(
            (over.status, over.header("set-cookie")),
            (StatusCode::GONE, None)
        );
    }
}

#[actix_web::test]
async fn forms_are_limited_per_address_and_pages_are_not() {
    let people = People::new().await;
    let pages = pages(&people).await;
    for _ in 0..50 {
        assert_eq!(ask(&pages, get("/sign-in")).await.status, StatusCode::OK);
    }
    let fields = [("email", "nobody"), ("password", "")];
    for _ in 0..10 {
        let answer = ask(&pages, form("/sign-in", &fields)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = ask(&pages, form("/sign-in", &fields)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), Some("6"));
    refused.assert_page();
}

#[actix_web::test]
async fn sign_up_that_is_closed_says_so_and_sends_nothing() {
    for policy in [SignUpPolicy::Invited, SignUpPolicy::Closed] {
        let mut people = People::new().await;
        people.policy = policy;
        let pages = pages(&people).await;
        let asked = ask(&pages, get("/sign-up")).await;
        let sent = ask(&pages, form("/sign-up", &[("email", ADDRESS)])).await;
        for answer in [asked, sent] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert!(
                answer.body.contains("Nobody can sign up here"),
                "{}",
                answer.body
            );
        }
        assert_eq!(people.world.provider.calls().len(), 0);
    }
}

#[actix_web::test]
async fn a_code_that_was_never_sent_is_an_unknown_address() {
    let people = People::new().await;
    let pages = pages(&people).await;
    for id in ["01a22bf4-0044-74f7-9acf-993a9ec1bcb3", "x", "..%2F.."] {
        for path in ["/sign-up", "/password"] {
            let path = format!("{path}/{id}");
            assert_eq!(
                ask(&pages, get(&path)).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
            let answer = ask(&pages, form(&path, &details("123456"))).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_form_that_is_too_long_is_refused_whole() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let long = "x".repeat(20_000);
    let answer = ask(&pages, form("/sign-in", &[("email", &*long)])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.assert_page();
}
