//! A person's webhook endpoints, from the form to the call and its log.

use otp_e2e::{Database, FakeReceiver, Reception, Running, on_every_store};
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use reqwest::{Response, StatusCode, Url};

use super::{assert_absent, browser, location, signed_up, world};

on_every_store! {
    a_person_adds_an_endpoint_and_sees_what_it_answered;
}

/// The pages of a person who is signed in.
struct Desk<'a> {
    server: &'a Running,
    cookie: String,
}

impl Desk<'_> {
    async fn open(&self, path: &str) -> String {
        let page = browser().get(format!("{}{path}", self.server.url()));
        let answer = page.header(COOKIE, &self.cookie).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.expect("a page")
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let home = self.open("/dashboard").await;
        let token = between(&home, "name=\"form-token\" value=\"", "\"");
        let fields = [fields, &[("form-token", token)]].concat();
        let body = Url::parse_with_params("http://form", fields).expect("a form");
        let body = body.query().unwrap_or_default().to_owned();
        let form = browser().post(format!("{}{path}", self.server.url()));
        let form = form
            .header(ORIGIN, self.server.url())
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        form.send().await.expect("an answer")
    }
}

fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page.split_once(from).map(|(_, rest)| rest);
    let part = rest.and_then(|rest| rest.split_once(to));
    part.unwrap_or_else(|| panic!("{from} is not in {page}")).0
}

async fn a_person_adds_an_endpoint_and_sees_what_it_answered(database: Database) {
    let mut world = world(database).await;
    world.set("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true");
    let server = world.serve();
    let (_, cookie) = signed_up(&world, &server).await;
    let desk = Desk {
        server: &server,
        cookie,
    };
    let receiver = FakeReceiver::with(|_| Reception::Answer(200, "", "Kanarienvogel")).await;
    let url = receiver.url("/hook");
    let made = desk.send("/dashboard/webhooks/new", &[("url", &url)]).await;
    let made = made.text().await.expect("a page");
    let begin = "<code id=\"secret\" lang=\"en\" dir=\"ltr\">";
    let secret = between(&made, begin, "<").to_owned();
    let list = desk.open("/dashboard/webhooks").await;
    let path = between(&list, "class=\"row-link\" href=\"", "\"");

    let tested = desk.send(&format!("{path}/test"), &[]).await;
    let delivery = location(&tested).to_owned();
    let called = receiver.wait_for(1, |_| true).await;
    assert_eq!(called[0].kind(), "webhook_endpoint.test");
    assert!(called[0].is_signed_with(&secret));
    while !desk.open(&delivery).await.contains("Kanarienvogel") {
        otp_e2e::pause_between_polls().await;
    }
    let listed = desk.open(path).await;
    assert!(listed.contains(&delivery) && !listed.contains(&secret));
    let log = server.kill();
    assert_absent(log.as_bytes(), "the log", &["Kanarienvogel", &secret]);
}
