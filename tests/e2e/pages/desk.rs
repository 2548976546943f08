//! The pages of a person who is signed in.

use otp_e2e::Running;
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use reqwest::{Response, StatusCode, Url};

use super::browser;

/// A person's browser.
pub(super) struct Desk<'a> {
    server: &'a Running,
    /// The address under which the browser reaches the server.
    origin: String,
    cookie: String,
}

impl<'a> Desk<'a> {
    /// A browser that reaches the server directly.
    pub(super) fn of(server: &'a Running, cookie: String) -> Self {
        let origin = server.url().to_owned();
        Self {
            server,
            origin,
            cookie,
        }
    }

    /// A browser that reaches the server under its public address.
    pub(super) fn at(origin: &str, server: &'a Running, cookie: String) -> Self {
        Self {
            server,
            origin: origin.to_owned(),
            cookie,
        }
    }

    pub(super) async fn open(&self, path: &str) -> String {
        let page = browser().get(format!("{}{path}", self.server.url()));
        let answer = page.header(COOKIE, &self.cookie).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.expect("a page")
    }

    /// Sends a form of the session.
    pub(super) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let home = self.open("/dashboard").await;
        let token = between(&home, "name=\"form-token\" value=\"", "\"");
        let fields = [fields, &[("form-token", token)]].concat();
        self.send_plain(path, &fields).await
    }

    /// Sends a form with these fields only.
    pub(super) async fn send_plain(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = Url::parse_with_params("http://form", fields).expect("a form");
        let body = body.query().unwrap_or_default().to_owned();
        let form = browser().post(format!("{}{path}", self.server.url()));
        let form = form
            .header(ORIGIN, &self.origin)
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        form.send().await.expect("an answer")
    }
}

/// Returns what a page has between two texts.
pub(super) fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page.split_once(from).map(|(_, rest)| rest);
    let part = rest.and_then(|rest| rest.split_once(to));
    part.unwrap_or_else(|| panic!("{from} is not in {page}")).0
}
