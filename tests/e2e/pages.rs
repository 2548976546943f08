//! The pages for people, on the built server and the sandbox's mailboxes.

mod activation;
mod desk;
mod team;
mod webhooks;

use otp_e2e::{Database, Running, World, on_every_store};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};

use super::privacy::{assert_absent, contents};
use super::verifications_by_email::code_in;

const ADDRESS: &str = "sara.canary@noor.example";
const PASSWORD: &str = "maroon-tulip-canary";

on_every_store! {
    a_person_signs_up_and_in_and_nothing_of_theirs_is_in_the_clear;
    a_session_survives_a_killed_server;
    a_plan_is_ordered_on_a_page_and_activated_by_command;
    a_person_whom_an_operator_added_signs_in_by_the_link_once;
    no_page_is_served_if_the_pages_are_off;
}

/// A world whose servers have a mail server.
async fn world(database: Database) -> World {
    let mut world = World::bare(database).await;
    world.send_mail();
    world.set("LOG__LEVEL", "trace");
    world
}

/// A browser that shows where an answer leads, and does not go there.
fn browser() -> Client {
    // Installs what TLS needs, once.
    drop(otp_e2e::world::client());
    let browser = Client::builder().no_proxy().redirect(Policy::none());
    browser.build().expect("a client")
}

/// Sends a form of the server's own pages.
async fn send(server: &Running, path: &str, fields: &[(&str, &str)]) -> Response {
    let form = browser().post(format!("{}{path}", server.url()));
    let encoded = Url::parse_with_params("http://form", fields).expect("a form");
    let encoded = encoded.query().unwrap_or_default().to_owned();
    let form = form
        .header(ORIGIN, server.url())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(encoded);
    form.send().await.expect("an answer")
}

async fn home(server: &Running, cookie: &str) -> Response {
    let page = browser().get(format!("{}/dashboard", server.url()));
    let page = page.header(COOKIE, cookie).send();
    page.await.expect("an answer")
}

fn location(answer: &Response) -> &str {
    let location = answer.headers().get(LOCATION).expect("a next page");
    location.to_str().expect("a path")
}

fn session_of(answer: &Response) -> String {
    let cookie = answer.headers().get(SET_COOKIE).expect("a cookie");
    let cookie = cookie.to_str().expect("text");
    cookie.split(';').next().expect("a value").to_owned()
}

/// Signs a person up, and returns the code and the cookie.
async fn signed_up(world: &World, server: &Running) -> (String, String) {
    let asked = send(server, "/sign-up", &[("email", ADDRESS)]).await;
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    let mails = world.sandbox.wait_for_mails_to(ADDRESS, 1).await;
    let code = code_in(&mails[0]);
    let details = [
        ("code", &*code),
        ("name", "Sara Canary"),
        ("company", "Noor Canary"),
        ("phone", "+9647701234567"),
        ("address", "Canary Street 1"),
        ("new-password", PASSWORD),
    ];
    let answer = send(server, location(&asked), &details).await;
    assert_eq!(location(&answer), "/dashboard");
    let cookie = session_of(&answer);
    (code, cookie)
}

async fn a_person_signs_up_and_in_and_nothing_of_theirs_is_in_the_clear(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let (code, first) = signed_up(&world, &server).await;
    let page = home(&server, &first).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.expect("a page");
    assert!(
        page.contains("Sara Canary") && page.contains("Noor Canary"),
        "{page}"
    );

    let wrong = [("email", ADDRESS), ("password", "another-canary")];
    let refused = send(&server, "/sign-in", &wrong).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let right = [("email", ADDRESS), ("password", PASSWORD)];
    let second = session_of(&send(&server, "/sign-in", &right).await);
    assert_ne!(first, second);

    let entries = world.command(&["audit", "list"]);
    assert!(entries.to_string().contains("SignUp"), "{entries}");
    let log = server.kill();
    let token = |cookie: &str| cookie.split('=').nth(1).unwrap_or_default().to_owned();
    let secrets = [
        ADDRESS,
        PASSWORD,
        "another-canary",
        "Sara Canary",
        "Noor Canary",
        "Canary Street",
        "9647701234567",
        &code,
        &token(&first),
        &token(&second),
    ];
    // The mail server's conversation, code included, is not of the gateway's own words.
    let logged: Vec<_> = secrets
        .into_iter()
        .filter(|secret| *secret != code)
        .collect();
    assert_absent(log.as_bytes(), "the log", &logged);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &secrets);
    }
}

async fn a_session_survives_a_killed_server(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let (_, cookie) = signed_up(&world, &server).await;
    server.kill();
    let server = world.serve();
    assert_eq!(home(&server, &cookie).await.status(), StatusCode::OK);
}

/// Returns the value of a hidden field.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let begin = format!("name=\"{name}\" value=\"");
    let value = page.split(&begin[..]).nth(1).expect("a hidden field");
    value.split('"').next().expect("a value")
}

async fn open(server: &Running, cookie: &str, path: &str) -> String {
    let page = browser().get(format!("{}{path}", server.url()));
    let page = page.header(COOKIE, cookie).send().await;
    let page = page.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK, "{path}");
    page.text().await.expect("a page")
}

/// Sends a form of a person who is signed in.
async fn send_signed(
    server: &Running,
    cookie: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Response {
    let encoded = Url::parse_with_params("http://form", fields).expect("a form");
    let form = browser().post(format!("{}{path}", server.url()));
    let form = form
        .header(ORIGIN, server.url())
        .header(COOKIE, cookie)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(encoded.query().unwrap_or_default().to_owned());
    form.send().await.expect("an answer")
}

async fn a_plan_is_ordered_on_a_page_and_activated_by_command(database: Database) {
    let mut world = world(database).await;
    world.set("ACCOUNTS__ORDERS_TO", "sales@gateway.example");
    let server = world.serve();
    let (_, cookie) = signed_up(&world, &server).await;
    let create = ["plan", "create", "--name", "Standard", "--credits", "1000"];
    let plan = world.command(&create);
    let path = format!(
        "/dashboard/purchase/{}",
        plan["id"].as_str().expect("an id")
    );
    let asked = open(&server, &cookie, &path).await;
    let order = hidden(&asked, "order").to_owned();
    let fields = [
        ("form-token", hidden(&asked, "form-token")),
        ("order", &*order),
        ("by", "email"),
        ("order-notes", "canary of Sunday"),
    ];
    for _ in 0..2 {
        // Twice, as a double click.
        let placed = send_signed(&server, &cookie, &path, &fields).await;
        assert_eq!(location(&placed), format!("/dashboard/orders/{order}"));
    }
    let told = world.sandbox.wait_for_mails_to("sales@gateway.example", 1);
    assert!(told.await[0].to_string().contains(&order));

    let waiting = world.command(&["order", "list"]);
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
    assert_eq!(waiting[0]["company"], "Noor Canary");
    let shown = world.command(&["order", "show", &order]);
    assert_eq!(shown["notes"], "canary of Sunday");
    assert_ne!(shown["phone"], "+9647701234567");
    let revealed = world.command(&["order", "show", &order, "--reveal"]);
    assert_eq!(revealed["phone"], "+9647701234567");
    let activate = [
        "order",
        "activate",
        &order,
        "--payment",
        "canary of payment",
    ];
    let activated = world.command(&activate);
    assert_eq!(activated["status"], "Activated");
    let again = world.try_command(&activate);
    assert_eq!(again.code, 1, "{}", again.stderr);
    assert!(
        again.stderr.contains("Activated already"),
        "{}",
        again.stderr
    );
    let decline = ["order", "decline", &order, "--reason", "late"];
    assert_eq!(world.try_command(&decline).code, 1);

    let credits = open(&server, &cookie, "/dashboard/credits.csv").await;
    assert_eq!(credits.matches(",grant,").count(), 1, "{credits}");
    assert!(credits.contains(",1000,1000"), "{credits}");
    let mails = world.sandbox.wait_for_mails_to(ADDRESS, 2).await;
    assert!(mails.iter().any(|mail| mail.to_string().contains(&order)));
    let audit = world.command(&["audit", "list"]).to_string();
    for action in ["PlaceOrder", "RevealOrderContact", "ActivateOrder"] {
        assert!(audit.contains(action), "{action}: {audit}");
    }
    let log = server.kill();
    let secrets = ["canary of Sunday", "canary of payment", "9647701234567"];
    assert_absent(log.as_bytes(), "the log", &secrets);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &secrets);
    }
}

async fn a_person_whom_an_operator_added_signs_in_by_the_link_once(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let account = ["--account", &world.account, "--role", "viewer"];
    let person = ["--name", "Sara Canary", "--email", ADDRESS];
    let add = [&["person", "add"][..], &account, &person].concat();
    let added = world.command(&add);
    let link = added["link"].as_str().expect("a link");
    let begun = send(&server, link, &[]).await;
    assert_eq!(location(&begun), "/dashboard");
    let page = home(&server, &session_of(&begun)).await;
    assert_eq!(page.status(), StatusCode::OK);
    let again = send(&server, link, &[]).await;
    assert_eq!(again.status(), StatusCode::GONE);
    let reset = ["person", "reset-second-factor", "--email", ADDRESS];
    for (command, expected) in [
        (&add[..], "a person has this mail address already"),
        (&reset, "this person has no second factor"),
    ] {
        let refused = world.try_command(command);
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
}

async fn no_page_is_served_if_the_pages_are_off(database: Database) {
    let mut world = world(database).await;
    world.set("DASHBOARD__ENABLED", "false");
    let server = world.serve();
    for path in [
        "/sign-in",
        "/sign-up",
        "/password",
        "/dashboard",
        "/sign-out",
    ] {
        let answer = browser()
            .get(format!("{}{path}", server.url()))
            .send()
            .await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let body = answer.text().await.expect("a body");
        assert!(body.contains("errorMessage"), "{path}: {body}");
    }
    let accounts = world.command(&["account", "list"]);
    assert_eq!(accounts.as_array().map(Vec::len), Some(1), "{accounts}");
}
