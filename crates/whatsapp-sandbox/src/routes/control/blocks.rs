//! The control API's part on what is forbidden: tokens, numbers, accounts.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path},
};
use serde::Deserialize;
use serde_json::json;

use super::wait::{ControlError, read};
use crate::{Sandbox, blocks::Block};

/// No block for a time is longer.
const LONGEST_MS: u64 = 600_000;

type Answer = Result<HttpResponse, ControlError>;
type Body = Result<Bytes, actix_web::Error>;

/// The body of `PUT control/tokens`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokensRequest {
    revoked: BTreeSet<String>,
}

/// `PUT control/tokens`: the tokens that are refused from now on.
pub(crate) async fn put_tokens(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: TokensRequest = read(body)?;
    let revoked = request.revoked.len();
    let put = sandbox.state().blocks.revoke(request.revoked);
    put.map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(json!({ "revoked": revoked })))
}

/// The path of a block.
#[derive(Debug, Deserialize)]
pub(crate) struct ByObject {
    id: String,
}

/// The body of `PUT control/blocks/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockRequest {
    code: u32,
    for_ms: Option<u64>,
}

/// `PUT control/blocks/{id}`: sends of this number or account are refused with this code.
pub(crate) async fn put(sandbox: Data<Sandbox>, path: Path<ByObject>, body: Body) -> Answer {
    let request: BlockRequest = read(body)?;
    let wait = request
        .for_ms
        .map(|ms| Duration::from_millis(ms.min(LONGEST_MS)));
    let mut state = sandbox.state();
    if state.accounts.number(&path.id).is_none() && state.accounts.waba(&path.id).is_none() {
        return Err(ControlError::not_found(format!(
            "no number or account {}",
            path.id
        )));
    }
    let block = Block {
        code: request.code,
        until: wait.map(|wait| Instant::now() + wait),
    };
    let put = state.blocks.put(&path.id, block);
    put.map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(json!({"id": path.id, "code": request.code})))
}

/// `DELETE control/blocks/{id}`: it may send again.
pub(crate) async fn delete(sandbox: Data<Sandbox>, path: Path<ByObject>) -> HttpResponse {
    let removed = sandbox.state().blocks.remove(&path.id);
    HttpResponse::Ok().json(json!({ "removed": removed }))
}
