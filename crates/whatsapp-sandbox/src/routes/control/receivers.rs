//! The control API's part about who is told: `control/webhook` for the app itself, and
//! `control/receivers/{name}` for as many more as there are.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::Uri,
    web::{Bytes, Data, Path, Query},
};
use serde::Deserialize;
use serde_json::json;

use super::wait::{ControlError, read, timeout};
use crate::{
    Sandbox,
    sandbox::LiveEvent,
    webhook::{APP, DeliveryOptions, Receiver, WebhookOptions},
};

/// No pause or time-out is longer.
const LONGEST_MS: u64 = 600_000;
const LONGEST_NAME: usize = 64;

type Answer = Result<HttpResponse, ControlError>;

/// The path of a route about one receiver; `control/webhook` has none.
#[derive(Debug, Deserialize)]
pub(crate) struct ByName {
    name: String,
}

/// The body of `PUT control/webhook` and `PUT control/receivers/{name}`; what it leaves out of `delivery` stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookRequest {
    url: String,
    app_secret: String,
    verify_token: String,
    /// The one account it is told about.
    waba_id: Option<String>,
    #[serde(default)]
    delivery: DeliveryRequest,
}

/// How webhooks are delivered, in [`WebhookRequest`].
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DeliveryRequest {
    batch_size: Option<usize>,
    batch_window_ms: Option<u64>,
    separate_entries: Option<bool>,
    retry_first_ms: Option<u64>,
    retry_most_ms: Option<u64>,
    attempts: Option<u32>,
    connections: Option<usize>,
    timeout_ms: Option<u64>,
}

impl DeliveryRequest {
    fn over(&self, before: DeliveryOptions) -> DeliveryOptions {
        let time = |milliseconds: Option<u64>, before| {
            milliseconds.map_or(before, |ms| Duration::from_millis(ms.min(LONGEST_MS)))
        };
        DeliveryOptions {
            batch_size: self.batch_size.unwrap_or(before.batch_size).clamp(1, 1_000),
            batch_window: time(self.batch_window_ms, before.batch_window),
            separate_entries: self.separate_entries.unwrap_or(before.separate_entries),
            retry_first: time(self.retry_first_ms, before.retry_first),
            retry_most: time(self.retry_most_ms, before.retry_most),
            attempts: self.attempts.unwrap_or(before.attempts).max(1),
            connections: self.connections.unwrap_or(before.connections).clamp(1, 64),
            timeout: time(self.timeout_ms, before.timeout),
        }
    }
}

/// `PUT control/webhook`, `PUT control/receivers/{name}`: tells this receiver from now on, after a
/// handshake.
pub(crate) async fn put(
    sandbox: Data<Sandbox>,
    path: Option<Path<ByName>>,
    body: Result<Bytes, actix_web::Error>,
) -> Answer {
    let name = name(path);
    let request: WebhookRequest = read(body)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(ControlError::bad(
            "a receiver's name has 1 to 64 letters, digits, - and _",
        ));
    }
    let url: Option<Uri> = request.url.parse().ok();
    let good = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    if !url.as_ref().is_some_and(good) {
        return Err(ControlError::bad("\"url\" is a whole http or https URL"));
    }
    let shown = {
        let outbox = &mut sandbox.state().outbox;
        let target = WebhookOptions {
            url: request.url,
            app_secret: request.app_secret,
            verify_token: request.verify_token,
        };
        let change = |before| request.delivery.over(before);
        outbox
            .point_at(&name, target, request.waba_id, change)
            .map_err(ControlError::bad)?;
        outbox.to_json(&name)
    };
    sandbox.wake();
    Ok(HttpResponse::Ok().json(shown))
}

/// How `GET control/webhook` waits.
#[derive(Debug, Deserialize)]
pub(crate) struct WebhookQuery {
    #[serde(default)]
    verified: bool,
    timeout_ms: Option<u64>,
}

/// `GET control/webhook`, `GET control/receivers/{name}`: the receiver, the handshake, the counters;
/// `verified=true` waits for the handshake.
pub(crate) async fn get(
    sandbox: Data<Sandbox>,
    path: Option<Path<ByName>>,
    query: Query<WebhookQuery>,
) -> Answer {
    let name = name(path);
    let found = sandbox
        .wait_for(timeout(query.timeout_ms), |state| {
            let receiver = state.outbox.receiver(&name);
            (!query.verified || receiver.is_some_and(Receiver::is_verified)).then_some(())
        })
        .await;
    let shown = sandbox.state().outbox.to_json(&name);
    let shown = shown.ok_or_else(|| unknown(&name))?;
    match found {
        Some(()) => Ok(HttpResponse::Ok().json(shown)),
        None => Err(ControlError::not_found(format!(
            "the handshake has not succeeded: {}",
            shown["handshake"]
        ))),
    }
}

/// `GET control/receivers`: everybody who is told, overrides of accounts among them.
pub(crate) async fn list(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "receivers": sandbox.state().outbox.list() }))
}

/// `DELETE control/webhook`, `DELETE control/receivers/{name}`: tells it nothing any more.
pub(crate) async fn delete(sandbox: Data<Sandbox>, path: Option<Path<ByName>>) -> HttpResponse {
    let removed = sandbox.state().outbox.turn_off(&name(path));
    sandbox.wake();
    sandbox.tell_pages(LiveEvent::Reload);
    HttpResponse::Ok().json(json!({ "removed": removed }))
}

/// There is no receiver of this name.
pub(super) fn unknown(name: &str) -> ControlError {
    ControlError::not_found(format!("no receiver {name:?}"))
}

fn name(path: Option<Path<ByName>>) -> String {
    path.map_or_else(|| APP.to_owned(), |path| path.into_inner().name)
}
