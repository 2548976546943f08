//! Revoked access tokens, and blocked numbers and accounts.

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;
use serde_json::json;

use super::request::{Answer, Body, ControlError, read};
use crate::{DEFAULT_WABA_ID, Sandbox};

/// The body of `PUT control/tokens`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokensRequest {
    revoked: BTreeSet<String>,
}

/// `PUT control/tokens`: refuses these access tokens from now on, and no others.
pub(super) async fn put_tokens(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: TokensRequest = read(body)?;
    let revoked = request.revoked.len();
    let put = sandbox.state().blocks.revoke(request.revoked);
    put.map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(json!({ "revoked": revoked })))
}

/// The path of a block.
#[derive(Debug, Deserialize)]
pub(super) struct ByObject {
    id: String,
}

/// The body of `PUT control/blocks/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockRequest {
    code: u32,
}

/// `PUT control/blocks/{id}`: refuses sends of this number or account with this code.
pub(super) async fn put(sandbox: Data<Sandbox>, path: Path<ByObject>, body: Body) -> Answer {
    let request: BlockRequest = read(body)?;
    let id = &path.id;
    let mut state = sandbox.state();
    if id != DEFAULT_WABA_ID && !state.account.has_number(id) {
        return Err(ControlError::not_found(format!(
            "no number or account {id}"
        )));
    }
    state.blocks.put(id, request.code);
    Ok(HttpResponse::Ok().json(json!({"id": id, "code": request.code})))
}

/// `DELETE control/blocks/{id}`.
pub(super) async fn delete(sandbox: Data<Sandbox>, path: Path<ByObject>) -> HttpResponse {
    let removed = sandbox.state().blocks.remove(&path.id);
    HttpResponse::Ok().json(json!({ "removed": removed }))
}
