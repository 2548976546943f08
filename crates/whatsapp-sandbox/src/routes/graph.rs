//! Shared parts of the Graph routes, and the route that serves any object by its id.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data, Path, Query},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::{
    DEFAULT_WABA_ID, Sandbox,
    account::{account_to_graph, number_to_graph},
    clock,
    graph_error::GraphError,
    request::read_json,
    response::Response,
    state::State,
};

/// The path of a Graph route. It is read by name, because the prefix of the sandbox may have
/// parameters too.
pub(crate) type ObjectPath = Path<ObjectId>;
/// The query of a request; Graph ignores unknown parameters.
pub(crate) type Parameters = Query<HashMap<String, String>>;
/// A body, or the error of one that was too long to read.
pub(crate) type Body = Result<Bytes, actix_web::Error>;

/// The id after the version.
#[derive(Debug, Deserialize)]
pub(crate) struct ObjectId {
    pub(crate) id: String,
}

/// Answers a Graph request: checks its token and runs `act` under the lock.
pub(crate) fn answer(
    sandbox: &Sandbox,
    request: &HttpRequest,
    act: impl FnOnce(&mut State, OffsetDateTime) -> Result<Value, GraphError>,
) -> HttpResponse {
    let state = &mut *sandbox.state();
    let result = check_token(state, request).and_then(|()| act(state, clock::now()));
    match result {
        Ok(body) => Response::ok(&body).into_response(),
        Err(error) => Response::error(&error).into_response(),
    }
}

pub(crate) fn check_token(state: &State, request: &HttpRequest) -> Result<(), GraphError> {
    let header = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim())
            .filter(|token| !token.is_empty())
    });
    let token = token.ok_or_else(GraphError::no_token)?;
    if state.blocks.is_revoked(token) {
        return Err(GraphError::revoked_token());
    }
    Ok(())
}

/// Returns an error unless this is the id of the account.
pub(crate) fn check_account(method: &str, id: &str) -> Result<(), GraphError> {
    if id == DEFAULT_WABA_ID {
        Ok(())
    } else {
        Err(GraphError::unknown_object(method, id))
    }
}

pub(crate) fn json_body(body: Body) -> Result<Value, GraphError> {
    let body = body.map_err(|_| GraphError::parameter("The request body is too large."))?;
    read_json(&body)
}

/// Keeps the fields that the parameter `fields` names, and the id.
pub(crate) fn only_fields(object: Value, fields: Option<&String>) -> Value {
    let (Value::Object(all), Some(fields)) = (&object, fields) else {
        return object;
    };
    let kept: Map<String, Value> = all
        .iter()
        .filter(|(name, _)| *name == "id" || fields.split(',').any(|field| field.trim() == *name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(kept)
}

/// `GET /{id}`: a phone number, the account or a template.
pub(crate) async fn get_object(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, now| {
        let fields = query.get("fields");
        if state.account.has_number(id) {
            let mut number = number_to_graph(id);
            // Meta shows the health only if `fields` names it.
            if fields.is_some() {
                number["health_status"] = state.blocks.health(id);
            }
            return Ok(only_fields(number, fields));
        }
        if id == DEFAULT_WABA_ID {
            return Ok(only_fields(account_to_graph(fields.is_some()), fields));
        }
        let template = state.templates.get(id);
        let template = template.ok_or_else(|| GraphError::unknown_object("GET", id))?;
        Ok(only_fields(template.to_graph(now), fields))
    })
}

/// Answers any other request below a version.
pub(crate) async fn unknown_path(sandbox: Data<Sandbox>, request: HttpRequest) -> HttpResponse {
    let path = request
        .match_info()
        .unprocessed()
        .trim_start_matches('/')
        .to_owned();
    answer(&sandbox, &request, |_, _| {
        Err(GraphError::unknown_path(&path))
    })
}
