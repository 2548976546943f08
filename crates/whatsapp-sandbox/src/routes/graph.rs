//! What all Graph routes share, and the two that serve any object by its id.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data, Path, Query},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::{
    Sandbox, clock, graph_error::GraphError, reply::Reply, request::read_json, state::State,
};

/// The path of a Graph route, by name: the prefix the sandbox is mounted at may have parts too.
pub(crate) type ObjectPath = Path<ObjectId>;
/// A request's query; Graph takes unknown parameters without complaint.
pub(crate) type Parameters = Query<HashMap<String, String>>;
/// A body that may have been too long to read.
pub(crate) type Body = Result<Bytes, actix_web::Error>;

/// What stands after the version.
#[derive(Debug, Deserialize)]
pub(crate) struct ObjectId {
    pub(crate) id: String,
}

/// Answers a Graph request: checks its token, lets `act` do the rest under the lock.
pub(crate) fn answer(
    sandbox: &Sandbox,
    request: &HttpRequest,
    act: impl FnOnce(&mut State, OffsetDateTime) -> Result<Value, GraphError>,
) -> HttpResponse {
    let state = &mut *sandbox.state();
    let result = check_token(sandbox, state, request).and_then(|()| act(state, clock::now()));
    match result {
        Ok(body) => Reply::ok(&body).into_response(),
        Err(error) => Reply::error(&error, &state.ids.trace()).into_response(),
    }
}

/// Meta takes the token from the header or from the query.
pub(crate) fn check_token(
    sandbox: &Sandbox,
    state: &State,
    request: &HttpRequest,
) -> Result<(), GraphError> {
    let header = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    });
    let query = || {
        let query = Parameters::from_query(request.query_string()).ok()?;
        query.get("access_token").cloned()
    };
    let token = bearer.or_else(query).filter(|token| !token.is_empty());
    let token = token.ok_or_else(GraphError::no_token)?;
    if state.blocks.is_revoked(&token) {
        return Err(GraphError::bad_token());
    }
    match &sandbox.options().access_token {
        Some(known) if *known != token => Err(GraphError::bad_token()),
        Some(_) | None => Ok(()),
    }
}

/// Reads a request's JSON.
pub(crate) fn json_body(body: Body) -> Result<Value, GraphError> {
    let body = body.map_err(|_| GraphError::parameter("The request body is too large."))?;
    read_json(&body)
}

/// Keeps the fields a caller names in `fields`, and the id, as Graph does.
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

/// `GET /{id}`: whichever store holds the id.
pub(crate) async fn get_object(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, now| {
        let number = state.accounts.number(id).map(|number| {
            let mut shown = number.to_graph();
            shown["health_status"] = state.blocks.health(id, &number.waba_id);
            shown
        });
        let waba = || state.accounts.waba(id).map(|waba| waba.to_graph());
        let template = || {
            state
                .templates
                .get(id)
                .map(|template| template.to_graph(now))
        };
        let object = number.or_else(waba).or_else(template);
        let mut object = object.ok_or_else(|| GraphError::unknown_object("GET", id))?;
        let fields = query.get("fields");
        if let (None, Some(shown)) = (fields, object.as_object_mut()) {
            // It has to be asked for.
            shown.remove("health_status");
        }
        Ok(only_fields(object, fields))
    })
}

/// `POST /{id}`: edits a template; accepts the settings of a number or an account.
pub(crate) async fn post_object(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let id = &path.id;
    let answer = answer(&sandbox, &request, |state, _| {
        if state.accounts.number(id).is_some() {
            // Some calls have no body at all.
            super::numbers::configure(state, id, &json_body(body).unwrap_or_default())?;
            return Ok(json!({"success": true}));
        }
        if state.accounts.waba(id).is_some() {
            return Ok(json!({"success": true}));
        }
        let unknown = || GraphError::unknown_object("POST", id);
        let template = state.templates.get_mut(id).ok_or_else(unknown)?;
        template.draft = template.draft.edited(&json_body(body)?)?;
        Ok(json!({
            "success": true,
            "id": template.id,
            "name": template.draft.name,
            "category": template.draft.category,
        }))
    });
    sandbox.wake();
    answer
}

/// Anything else below a version.
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
