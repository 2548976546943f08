//! The control API, for tests and for the page: its routes, the overview, and the reset.

mod account;
mod blocks;
mod calls;
mod chaos;
mod events;
mod mails;
mod numbers;
mod phones;
mod request;
mod templates;
mod webhook;

use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, delete, get, post, put},
};
use serde_json::{Value, json};

use crate::{DEFAULT_TEMPLATE_NAME, DEFAULT_WABA_ID, Sandbox, test_numbers::test_numbers};

/// Upper bound for the entries of one answer.
const MAX_LISTED: usize = 1_000;

pub(super) fn routes(config: &mut ServiceConfig) {
    let messages = "/phones/{number}/messages";
    config
        .route("", get().to(overview))
        .route("/reset", post().to(reset))
        .route("/test-numbers", get().to(list_test_numbers))
        .route("/events", get().to(events::events))
        .route("/calls", get().to(calls::list))
        .route("/hold", post().to(calls::hold))
        .route("/release", post().to(calls::release))
        .route("/phones", get().to(phones::list))
        .route(messages, get().to(phones::messages))
        .route(&format!("{messages}/next"), get().to(phones::next_message))
        .route(
            &format!("{messages}/{{id}}/read"),
            post().to(phones::mark_read),
        )
        .route("/phones/{number}/replies", post().to(phones::reply))
        .route("/mails", get().to(mails::list))
        .route("/mails/treatment", put().to(mails::put_treatment))
        .route("/mails/{id}/html", get().to(mails::html))
        .route("/numbers/{number}", put().to(numbers::put))
        .route(
            "/accounts/{waba}/numbers/{id}",
            put().to(account::put_number),
        )
        .route("/tokens", put().to(blocks::put_tokens))
        .route("/blocks/{id}", put().to(blocks::put))
        .route("/blocks/{id}", delete().to(blocks::delete))
        .route("/chaos", put().to(chaos::put))
        .route("/templates", put().to(templates::set_status))
        .route("/review", put().to(templates::put_review))
        .route("/webhook", get().to(webhook::get))
        .route("/webhook", put().to(webhook::put))
        .route("/webhook", delete().to(webhook::delete))
        .route("/webhook/events", post().to(webhook::report))
        .route("/webhooks", get().to(webhook::log));
}

/// `GET control`: the account and the totals.
async fn overview(sandbox: Data<Sandbox>) -> HttpResponse {
    let state = sandbox.state();
    let ids: Vec<&str> = state.account.phone_number_ids().collect();
    let gateway = sandbox.options().gateway.as_ref();
    let gateway = gateway.map(|links| json!({"command": links.command, "docs": links.docs}));
    HttpResponse::Ok().json(json!({
        "waba_id": DEFAULT_WABA_ID,
        "phone_number_ids": ids,
        "template": DEFAULT_TEMPLATE_NAME,
        "gateway": gateway,
        "totals": {"calls": state.ledger.total(), "messages": state.phones.total()},
    }))
}

/// `POST control/reset`: returns to the initial state. The app's webhook stays.
async fn reset(sandbox: Data<Sandbox>) -> HttpResponse {
    sandbox.reset();
    HttpResponse::Ok().json(json!({"reset": true}))
}

/// `GET control/test-numbers`.
async fn list_test_numbers() -> HttpResponse {
    let numbers: Vec<Value> = test_numbers()
        .iter()
        .map(|number| number.to_json())
        .collect();
    HttpResponse::Ok().json(json!({ "numbers": numbers }))
}
