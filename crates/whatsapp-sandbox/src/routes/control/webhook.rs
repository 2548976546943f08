//! The control API's part about webhooks: what was told, what becomes of messages, and events on
//! command.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    receivers::unknown,
    wait::{ControlError, read, timeout},
};
use crate::{
    Sandbox,
    life::Life,
    state::State,
    webhook::{
        APP, DeliveryFilter, Due, Notice,
        shape::{self, Line},
    },
};

/// At most this many requests in one answer.
const MOST_LISTED: usize = 1_000;

type Answer = Result<HttpResponse, ControlError>;
type Body = Result<Bytes, actix_web::Error>;

/// The filter of `GET control/webhooks`, and how long to wait for how many.
#[derive(Debug, Deserialize)]
pub(crate) struct LogQuery {
    receiver: Option<String>,
    field: Option<String>,
    wamid: Option<String>,
    status: Option<String>,
    outcome: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
    at_least: Option<usize>,
    timeout_ms: Option<u64>,
}

/// `GET control/webhooks`: what was told; with `at_least` and `timeout_ms` it waits for that many.
pub(crate) async fn log(sandbox: Data<Sandbox>, query: Query<LogQuery>) -> Answer {
    let query = query.into_inner();
    let filter = DeliveryFilter {
        field: query.field,
        wamid: query.wamid,
        status: query.status,
        outcome: query.outcome,
        after: query.after,
    };
    let name = query.receiver.as_deref().unwrap_or(APP);
    let at_least = query.at_least.unwrap_or(0);
    let enough = sandbox
        .wait_for(timeout(query.timeout_ms), |state| {
            let receiver = state.outbox.receiver(name)?;
            (receiver.log.count(&filter) >= at_least).then_some(())
        })
        .await;
    let state = sandbox.state();
    let receiver = state.outbox.receiver(name);
    let log = &receiver.ok_or_else(|| unknown(name))?.log;
    if enough.is_none() {
        return Err(ControlError::not_found(format!(
            "only {} of {at_least} such webhooks",
            log.count(&filter)
        )));
    }
    let limit = query.limit.unwrap_or(100).min(MOST_LISTED);
    let listed = log.list(&filter, limit);
    let webhooks: Vec<Value> = listed.into_iter().map(|one| one.to_json()).collect();
    Ok(HttpResponse::Ok().json(json!({ "webhooks": webhooks, "total": log.total() })))
}

/// `PUT control/life`: what becomes of messages to numbers without a life of their own.
pub(crate) async fn put_life(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let life: Life = read(body)?;
    life.check().map_err(ControlError::bad)?;
    let shown = json!(life);
    sandbox.state().life = Arc::new(life);
    Ok(HttpResponse::Ok().json(shown))
}

/// The body of `POST control/webhook/events`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventRequest {
    field: String,
    #[serde(default)]
    value: serde_json::Map<String, Value>,
    waba_id: Option<String>,
    phone_number_id: Option<String>,
}

/// `POST control/webhook/events`: an event about the account. What `value` leaves out of a field
/// that is known here is filled in as Meta would.
pub(crate) async fn emit(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: EventRequest = read(body)?;
    let shown = {
        let state = &mut *sandbox.state();
        must_be_on(state)?;
        let id = request.phone_number_id.as_deref();
        let line = line(state, id.unwrap_or(&sandbox.options().phone_number_id))?;
        let mut value = filled_in(state, &request.field, &line);
        for (name, given) in request.value {
            value[name] = given;
        }
        complete_errors(&mut value);
        let waba_id = request.waba_id.unwrap_or(line.waba_id);
        let notice = Notice::about(&waba_id, &request.field, value);
        let shown = json!({"waba_id": waba_id, "field": request.field, "value": notice.value});
        state.outbox.plan(Instant::now(), Due::Notice(notice));
        shown
    };
    sandbox.wake();
    Ok(HttpResponse::Ok().json(shown))
}

fn filled_in(state: &State, field: &str, line: &Line) -> Value {
    match field {
        "messages" => line.value(),
        "message_template_status_update" => {
            let template = state.templates.of(&line.waba_id).next();
            template.map_or_else(|| json!({}), |template| template.notice("APPROVED").value)
        }
        "account_update" => json!({
            "phone_number": line.display_phone_number,
            "event": "VERIFIED_ACCOUNT",
        }),
        "phone_number_quality_update" => json!({
            "display_phone_number": line.display_phone_number,
            "event": "FLAGGED",
            "current_limit": "TIER_1K",
        }),
        _ => json!({}),
    }
}

/// `{"errors": [{"code": 130429}]}` is enough for a whole error.
fn complete_errors(value: &mut Value) {
    let errors = value.get_mut("errors").and_then(Value::as_array_mut);
    for error in errors.into_iter().flatten() {
        let code = error["code"]
            .as_u64()
            .and_then(|code| u32::try_from(code).ok());
        if let (Some(code), Value::Object(given)) = (code, error.clone()) {
            *error = shape::error(code);
            for (name, given) in given {
                error[name] = given;
            }
        }
    }
}

/// A phone number of an account, as webhooks name it.
pub(super) fn line(state: &State, phone_number_id: &str) -> Result<Line, ControlError> {
    let number = state.accounts.number(phone_number_id);
    number
        .map(Line::of)
        .ok_or_else(|| ControlError::not_found(format!("no phone number {phone_number_id}")))
}

fn must_be_on(state: &State) -> Result<(), ControlError> {
    if state.outbox.is_on() {
        Ok(())
    } else {
        Err(ControlError::bad(
            "there is no webhook: PUT control/webhook first",
        ))
    }
}
