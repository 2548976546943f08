//! The ledger, and the hold that keeps answers back.

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    MAX_LISTED,
    request::{Answer, ControlError, number, timeout},
};
use crate::{Sandbox, ledger::CallFilter};

/// The query of `GET control/calls`.
#[derive(Debug, Deserialize)]
pub(super) struct CallsQuery {
    to: Option<String>,
    biz_opaque_callback_data: Option<String>,
    #[serde(default)]
    at_least: usize,
    timeout_ms: Option<u64>,
}

/// `GET control/calls`: the latest matching calls, oldest first. `at_least` and `timeout_ms` wait for
/// that many.
pub(super) async fn list(sandbox: Data<Sandbox>, query: Query<CallsQuery>) -> Answer {
    let query = query.into_inner();
    let filter = CallFilter {
        to: query.to.as_deref().map(number).transpose()?,
        callback_data: query.biz_opaque_callback_data,
    };
    let at_least = query.at_least;
    let enough = sandbox
        .wait_for(timeout(query.timeout_ms), |state| {
            let count = state.ledger.count(|call| filter.matches(call));
            (count >= at_least).then_some(())
        })
        .await;
    let state = sandbox.state();
    let calls = state.ledger.latest(MAX_LISTED, |call| filter.matches(call));
    if enough.is_none() {
        return Err(ControlError::not_found(format!(
            "only {} of {at_least} such calls",
            calls.len()
        )));
    }
    let calls: Vec<Value> = calls.into_iter().map(|call| call.to_json()).collect();
    Ok(HttpResponse::Ok().json(json!({ "calls": calls, "total": state.ledger.total() })))
}

/// `POST control/hold`: keeps back the answers to accepted messages; the phone gets the messages.
pub(super) async fn hold(sandbox: Data<Sandbox>) -> HttpResponse {
    sandbox.set_hold(true);
    HttpResponse::Ok().json(json!({"hold": true}))
}

/// `POST control/release`: sends the answers that were kept back.
pub(super) async fn release(sandbox: Data<Sandbox>) -> HttpResponse {
    sandbox.set_hold(false);
    HttpResponse::Ok().json(json!({"hold": false}))
}
