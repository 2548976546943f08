//! The control API's daily part: what was called, what arrived, hold and release.

pub(super) mod blocks;
pub(super) mod phone;
pub(super) mod receivers;
pub(super) mod setup;
pub(super) mod templates;
mod wait;
pub(super) mod webhook;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Sandbox, ledger::CallFilter, sandbox::Hold, webhook::APP};
use wait::{ByNumber, ControlError, number, read, timeout};

/// At most this many calls or phones in one answer.
const MOST_LISTED: usize = 1_000;

type Answer = Result<HttpResponse, ControlError>;

/// `GET control`: totals and switches.
pub(crate) async fn overview(sandbox: Data<Sandbox>) -> HttpResponse {
    let hold = hold_json(&sandbox);
    let state = sandbox.state();
    let pair = state
        .rates
        .pair
        .map(|pair| json!({"every_ms": pair.every.as_millis() as u64, "burst": pair.burst}));
    let accounts: Vec<Value> = state
        .accounts
        .wabas()
        .map(|waba| {
            let numbers = state.accounts.numbers_of(&waba.id);
            json!({
                "waba_id": waba.id,
                "phone_number_ids": numbers.map(|number| &number.id).collect::<Vec<_>>(),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({
        "totals": {
            "calls": state.ledger.total(),
            "accepted": state.ledger.accepted,
            "refused": state.ledger.refused,
            "messages": state.phones.total(),
        },
        "remembered": {"calls": state.ledger.len(), "phones": state.phones.len()},
        "hold": hold,
        "chaos": {
            "latency_ms": state.chaos.latency.as_millis() as u64,
            "error_rate": state.chaos.error_rate,
            "error_code": state.chaos.error_code,
        },
        "limits": {"throughput_per_second": state.rates.throughput_per_second, "pair": pair},
        "accounts": accounts,
        "life": *state.life,
        "webhook": state.outbox.to_json(APP),
        "receivers": state.outbox.list(),
    }))
}

/// The filter of `GET control/calls`, and how long to wait for how many.
#[derive(Debug, Deserialize)]
pub(crate) struct CallsQuery {
    to: Option<String>,
    biz_opaque_callback_data: Option<String>,
    outcome: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
    at_least: Option<usize>,
    timeout_ms: Option<u64>,
}

/// `GET control/calls`: the ledger; with `at_least` and `timeout_ms` it waits for that many.
pub(crate) async fn calls(sandbox: Data<Sandbox>, query: Query<CallsQuery>) -> Answer {
    let query = query.into_inner();
    let filter = CallFilter {
        to: query.to.as_deref().map(number).transpose()?,
        callback_data: query.biz_opaque_callback_data,
        outcome: query.outcome,
        after: query.after,
    };
    let at_least = query.at_least.unwrap_or(0);
    let enough = sandbox
        .wait_for(timeout(query.timeout_ms), |state| {
            (state.ledger.count(&filter) >= at_least).then_some(())
        })
        .await;
    let state = sandbox.state();
    if enough.is_none() {
        return Err(ControlError::not_found(format!(
            "only {} of {at_least} such calls",
            state.ledger.count(&filter)
        )));
    }
    let limit = query.limit.unwrap_or(100).min(MOST_LISTED);
    let calls: Vec<Value> = state
        .ledger
        .list(&filter, limit)
        .into_iter()
        .map(|call| call.to_json())
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "calls": calls, "total": state.ledger.total() })))
}

/// `GET control/phones`: who received something, latest first.
pub(crate) async fn phones(sandbox: Data<Sandbox>) -> HttpResponse {
    let state = sandbox.state();
    HttpResponse::Ok().json(json!({
        "phones": state.phones.latest(MOST_LISTED),
        "total_messages": state.phones.total(),
    }))
}

/// `GET control/phones/{number}/messages`: what a phone shows, oldest first.
pub(crate) async fn messages(sandbox: Data<Sandbox>, path: Path<ByNumber>) -> Answer {
    let digits = number(&path.number)?;
    let state = sandbox.state();
    let messages: Vec<Value> = state
        .phones
        .messages(&digits)
        .map(|message| message.to_json())
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "number": format!("+{digits}"),
        "messages": messages,
        "replies": state.phones.replies(&digits),
    })))
}

/// How `GET control/phones/{number}/messages/next` waits.
#[derive(Debug, Deserialize)]
pub(crate) struct NextQuery {
    timeout_ms: Option<u64>,
    after: Option<u64>,
}

/// `GET control/phones/{number}/messages/next`: waits for a message. Without `after` each message
/// is handed out once; with it, the oldest message with a greater id, as often as asked.
pub(crate) async fn next_message(
    sandbox: Data<Sandbox>,
    path: Path<ByNumber>,
    query: Query<NextQuery>,
) -> Answer {
    let digits = number(&path.number)?;
    let wait = timeout(query.timeout_ms);
    let message = sandbox
        .wait_for(wait, |state| match query.after {
            None => state.phones.take_next(&digits),
            Some(after) => state
                .phones
                .messages(&digits)
                .find(|message| message.id > after)
                .cloned(),
        })
        .await;
    match message {
        Some(message) => Ok(HttpResponse::Ok().json(message.to_json())),
        None => Err(ControlError::not_found(format!(
            "no message for +{digits} within {} ms",
            wait.as_millis()
        ))),
    }
}

/// The body of `POST control/hold`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HoldRequest {
    after_acceptance: bool,
}

/// `POST control/hold`: every send from now on is received and not answered.
pub(crate) async fn hold(sandbox: Data<Sandbox>, body: Result<Bytes, actix_web::Error>) -> Answer {
    let request: HoldRequest = read(body)?;
    sandbox.set_hold(if request.after_acceptance {
        Hold::BeforeAnswering
    } else {
        Hold::BeforeAccepting
    });
    Ok(HttpResponse::Ok().json(hold_json(&sandbox)))
}

/// `POST control/release`: everything held goes on.
pub(crate) async fn release(sandbox: Data<Sandbox>) -> HttpResponse {
    sandbox.set_hold(Hold::Off);
    HttpResponse::Ok().json(hold_json(&sandbox))
}

/// `POST control/reset`: as if just started.
pub(crate) async fn reset(sandbox: Data<Sandbox>) -> HttpResponse {
    sandbox.reset();
    HttpResponse::Ok().json(json!({"reset": true}))
}

/// `GET control/test-numbers`: the table of numbers with a behaviour of their own.
pub(crate) async fn test_numbers() -> HttpResponse {
    let numbers: Vec<Value> = crate::test_numbers()
        .iter()
        .map(|number| number.to_json())
        .collect();
    HttpResponse::Ok().json(json!({ "numbers": numbers }))
}

fn hold_json(sandbox: &Sandbox) -> Value {
    let mode = match sandbox.hold() {
        Hold::Off => "off",
        Hold::BeforeAccepting => "before_accepting",
        Hold::BeforeAnswering => "before_answering",
    };
    json!({"mode": mode, "held": sandbox.state().ledger.held()})
}
