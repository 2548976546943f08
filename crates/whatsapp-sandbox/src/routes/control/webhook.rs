//! The receiver of webhooks, its log, and reports on command.

use actix_web::{
    HttpResponse,
    http::Uri,
    web::{Data, Query},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    MAX_LISTED,
    request::{Answer, Body, ControlError, read, timeout},
};
use crate::{
    Sandbox,
    options::WebhookOptions,
    sandbox::LiveEvent,
    webhook::{APP, Change, DeliveryFilter, Receiver},
};

/// The body of `PUT control/webhook`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookRequest {
    url: String,
    app_secret: String,
    verify_token: String,
}

/// `PUT control/webhook`: sets the receiver, which gets webhooks after a handshake, and subscribes the app.
pub(super) async fn put(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: WebhookRequest = read(body)?;
    let url: Option<Uri> = request.url.parse().ok();
    let scheme = url.as_ref().and_then(Uri::scheme_str);
    if !matches!(scheme, Some("http" | "https")) {
        return Err(ControlError::bad(
            "\"url\" is an absolute http or https URL",
        ));
    }
    let shown = {
        let state = &mut *sandbox.state();
        state.account.subscribe();
        let outbox = &mut state.outbox;
        outbox.set_webhook(WebhookOptions {
            url: request.url,
            app_secret: request.app_secret,
            verify_token: request.verify_token,
        });
        outbox.to_json()
    };
    sandbox.wake_worker();
    Ok(HttpResponse::Ok().json(shown))
}

/// The query of `GET control/webhook`.
#[derive(Debug, Deserialize)]
pub(super) struct WebhookQuery {
    #[serde(default)]
    verified: bool,
    timeout_ms: Option<u64>,
}

/// `GET control/webhook`: the receiver and its handshake. `verified=true` and `timeout_ms` wait until
/// the handshake has succeeded.
pub(super) async fn get(sandbox: Data<Sandbox>, query: Query<WebhookQuery>) -> Answer {
    let found = sandbox
        .wait_for(timeout(query.timeout_ms), |state| {
            let app = state.outbox.receiver(APP);
            (!query.verified || app.is_some_and(Receiver::is_verified)).then_some(())
        })
        .await;
    let shown = sandbox.state().outbox.to_json();
    match found {
        Some(()) => Ok(HttpResponse::Ok().json(shown)),
        None => Err(ControlError::not_found(format!(
            "the handshake has not succeeded: {}",
            shown["handshake"]
        ))),
    }
}

/// `DELETE control/webhook`: removes the receiver and its log.
pub(super) async fn delete(sandbox: Data<Sandbox>) -> HttpResponse {
    let removed = sandbox.state().outbox.remove_receiver(APP);
    sandbox.wake_worker();
    sandbox.notify_pages(LiveEvent::Reload);
    HttpResponse::Ok().json(json!({ "removed": removed }))
}

/// The body of `POST control/webhook/events`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventRequest {
    field: String,
    value: Map<String, Value>,
}

/// `POST control/webhook/events`: reports this change of the account.
pub(super) async fn report(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: EventRequest = read(body)?;
    {
        let outbox = &mut sandbox.state().outbox;
        if !outbox.is_on() {
            return Err(ControlError::bad("no webhook is set"));
        }
        outbox.plan_now(Change::new(&request.field, request.value.into()));
    }
    sandbox.wake_worker();
    Ok(HttpResponse::Ok().json(json!({ "field": request.field })))
}

/// The query of `GET control/webhooks`.
#[derive(Debug, Deserialize)]
pub(super) struct LogQuery {
    receiver: Option<String>,
    field: Option<String>,
    wamid: Option<String>,
    status: Option<String>,
    outcome: Option<String>,
    #[serde(default)]
    at_least: usize,
    timeout_ms: Option<u64>,
}

/// `GET control/webhooks`: the latest matching requests to a receiver, oldest first. `at_least` and
/// `timeout_ms` wait for that many.
pub(super) async fn log(sandbox: Data<Sandbox>, query: Query<LogQuery>) -> Answer {
    let query = query.into_inner();
    let filter = DeliveryFilter {
        field: query.field,
        wamid: query.wamid,
        status: query.status,
        outcome: query.outcome,
    };
    let name = query.receiver.as_deref().unwrap_or(APP);
    let at_least = query.at_least;
    let enough = sandbox
        .wait_for(timeout(query.timeout_ms), |state| {
            let log = &state.outbox.receiver(name)?.log;
            (log.count(|one| filter.matches(one)) >= at_least).then_some(())
        })
        .await;
    let state = sandbox.state();
    let receiver = state.outbox.receiver(name);
    let receiver =
        receiver.ok_or_else(|| ControlError::not_found(format!("no receiver {name:?}")))?;
    let latest = receiver.log.latest(MAX_LISTED, |one| filter.matches(one));
    if enough.is_none() {
        return Err(ControlError::not_found(format!(
            "only {} of {at_least} such webhooks",
            latest.len()
        )));
    }
    let webhooks: Vec<Value> = latest.into_iter().map(|one| one.to_json()).collect();
    Ok(HttpResponse::Ok().json(json!({ "webhooks": webhooks, "total": receiver.log.total() })))
}
