//! The message templates of the account: list, create, create in bulk, delete.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpRequest, HttpResponse, web::Data};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::graph::{Body, ObjectPath, Parameters, answer, check_account, json_body, only_fields};
use crate::{
    Sandbox,
    graph_error::GraphError,
    request::string,
    template::{Template, TemplateDraft},
};

const DEFAULT_PAGE: usize = 25;
const MAX_PAGE: usize = 1_000;
const MAX_LANGUAGES: usize = 150;

/// `GET /{waba_id}/message_templates`.
pub(crate) async fn list(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    answer(&sandbox, &request, |state, now| {
        check_account("GET", &path.id)?;
        let matching: Vec<&Template> = state
            .templates
            .iter()
            .filter(|template| matches(template, &query))
            .collect();
        let limit = query
            .get("limit")
            .and_then(|limit| limit.parse().ok())
            .unwrap_or(DEFAULT_PAGE);
        let limit = limit.clamp(1, MAX_PAGE);
        let start = match query.get("after") {
            Some(cursor) => read_cursor(cursor)?,
            None => 0,
        };
        let page: Vec<Value> = matching
            .iter()
            .skip(start)
            .take(limit)
            .map(|template| only_fields(template.to_graph(now), query.get("fields")))
            .collect();
        let end = start.saturating_add(page.len());
        let mut answer = json!({ "data": page });
        if !page.is_empty() {
            answer["paging"] = json!({"cursors": {"before": cursor(start), "after": cursor(end)}});
        }
        if end < matching.len() && !page.is_empty() {
            answer["paging"]["next"] = json!(next_url(&request, &query, end));
        }
        if query.contains_key("summary") {
            let names = state.templates.iter();
            let names: BTreeSet<&str> = names.map(|template| &*template.draft.name).collect();
            answer["summary"] = json!({
                "total_count": matching.len(),
                "message_template_count": names.len(),
                "message_template_limit": 6_000,
                "are_translations_complete": true,
            });
        }
        Ok(answer)
    })
}

/// `POST /{waba_id}/message_templates`.
pub(crate) async fn create(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let response = answer(&sandbox, &request, |state, now| {
        check_account("POST", &path.id)?;
        let body = json_body(body)?;
        let language = string(&body, "language")?
            .ok_or_else(|| GraphError::parameter("The parameter language is required."))?;
        let draft = TemplateDraft::parse(&body, &language)?;
        let template = state.templates.create(draft, now)?;
        // Meta answers before the review begins, however short the review is.
        let answer = json!({
            "id": template.id,
            "status": "PENDING",
            "category": TemplateDraft::CATEGORY,
        });
        state.outbox.plan_review(template, now);
        Ok(answer)
    });
    sandbox.wake_worker();
    response
}

/// `POST /{waba_id}/upsert_message_templates`.
pub(crate) async fn upsert(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let response = answer(&sandbox, &request, |state, now| {
        check_account("POST", &path.id)?;
        let body = json_body(body)?;
        let languages = body.get("languages").and_then(Value::as_array);
        let languages = languages
            .filter(|languages| (1..=MAX_LANGUAGES).contains(&languages.len()))
            .ok_or_else(|| GraphError::parameter("The parameter languages is required."))?;
        // All drafts are parsed first, so a bad language does not leave half of them created.
        let drafts: Result<Vec<_>, _> = languages
            .iter()
            .map(|language| TemplateDraft::parse(&body, language.as_str().unwrap_or_default()))
            .collect();
        let mut data = Vec::new();
        for draft in drafts? {
            let template = state.templates.upsert(draft, now)?;
            data.push(json!({
                "id": template.id,
                "status": template.status(now),
                "language": template.draft.language,
                "category": TemplateDraft::CATEGORY,
            }));
            state.outbox.plan_review(template, now);
        }
        Ok(json!({ "data": data }))
    });
    sandbox.wake_worker();
    response
}

/// `DELETE /{waba_id}/message_templates?name=&hsm_id=`.
pub(crate) async fn delete(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    let response = answer(&sandbox, &request, |state, _| {
        check_account("DELETE", &path.id)?;
        let name = query
            .get("name")
            .ok_or_else(|| GraphError::parameter("The parameter name is required."))?;
        let deleted = state
            .templates
            .delete(name, query.get("hsm_id").map(String::as_str));
        if deleted.is_empty() {
            return Err(GraphError::parameter_subcode(
                2_593_002,
                "Message Template Not Found",
            ));
        }
        for template in deleted {
            state.outbox.plan_now(template.status_update("DELETED"));
        }
        Ok(json!({"success": true}))
    });
    sandbox.wake_worker();
    response
}

/// Returns whether a template matches the filters `name` and `language`. A part of a name matches, so
/// callers have to compare names themselves; `language` may list several.
fn matches(template: &Template, query: &HashMap<String, String>) -> bool {
    let draft = &template.draft;
    let name = query.get("name");
    let language = query.get("language");
    name.is_none_or(|wanted| draft.name.contains(&wanted.to_lowercase()))
        && language.is_none_or(|wanted| {
            let mut languages = wanted.split(',');
            languages.any(|wanted| wanted.trim() == draft.language)
        })
}

fn cursor(index: usize) -> String {
    URL_SAFE_NO_PAD.encode(index.to_string())
}

fn read_cursor(cursor: &str) -> Result<usize, GraphError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let index = bytes.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    index.ok_or_else(|| GraphError::parameter("Invalid cursors values"))
}

/// Returns the URL of the next page, with the caller's other parameters.
fn next_url(request: &HttpRequest, query: &HashMap<String, String>, end: usize) -> String {
    let connection = request.connection_info();
    let mut url = format!(
        "{}://{}{}?after={}",
        connection.scheme(),
        connection.host(),
        request.path(),
        cursor(end)
    );
    for (name, value) in query.iter().filter(|(name, _)| *name != "after") {
        url.push_str(&format!("&{}={}", encode(name), encode(value)));
    }
    url
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
